package io.outboxrelay.forming;

import io.outboxrelay.forming.Decision.Probe;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Connects to a node and hangs up: tells whether a process listens there. */
final class TcpProbe {
    private TcpProbe() {}

    static CompletableFuture<Probe> of(String address, Duration patience) {
        CompletableFuture<Probe> answer = new CompletableFuture<>();
        try {
            InetSocketAddress node = socketAddress(address);
            if (node.isUnresolved()) {
                // No proof that nobody is there.
                return CompletableFuture.completedFuture(Probe.SILENT);
            }
            AsynchronousSocketChannel channel = AsynchronousSocketChannel.open();
            channel.connect(node, answer, new Handler());
            return answer.completeOnTimeout(Probe.SILENT, patience.toMillis(), TimeUnit.MILLISECONDS)
                    .whenComplete((probe, failure) -> close(channel));
        } catch (IOException | IllegalArgumentException e) {
            return CompletableFuture.completedFuture(Probe.SILENT);
        }
    }

    private static InetSocketAddress socketAddress(String address) {
        int colon = address.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException(address + " has no port");
        }
        String host = address.substring(0, colon).replaceAll("[\\[\\]]", "");
        return new InetSocketAddress(host, Integer.parseInt(address.substring(colon + 1)));
    }

    private static void close(AsynchronousSocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // Nothing was sent on it, and nobody waits for it.
        }
    }

    /** Turns the outcome of a connect into the answer. */
    private static final class Handler implements CompletionHandler<Void, CompletableFuture<Probe>> {
        @Override
        public void completed(Void nothing, CompletableFuture<Probe> answer) {
            answer.complete(Probe.ANSWERS);
        }

        @Override
        public void failed(Throwable failure, CompletableFuture<Probe> answer) {
            boolean refused = failure instanceof ConnectException
                    && String.valueOf(failure.getMessage()).contains("refused");
            answer.complete(refused ? Probe.REFUSED : Probe.SILENT);
        }
    }
}
