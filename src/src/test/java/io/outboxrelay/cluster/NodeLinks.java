package io.outboxrelay.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Tcp;
import org.apache.pekko.util.ByteString;

/**
 * The network between the nodes of a cluster: every node is reached through a relay of its own that knows a sender by its
 * loopback address. What is sent over a link that is cut waits there, as if each packet were dropped and sent again for
 * ever; neither side is told. The database is reached through it too, brokers and management are not.
 */
final class NodeLinks implements AutoCloseable {
    /** Stands for the database among the nodes. */
    static final int DATABASE = -1;

    private static final Pattern SERVER = Pattern.compile("//127\\.0\\.0\\.1:(\\d+)/");
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final String SENDER = "127.0.0.1%02d";

    private final ActorSystem system = ActorSystem.create("links");

    /** Of the links that are cut: completed when they are mended. */
    private final Map<Link, CompletableFuture<Done>> cut = new ConcurrentHashMap<>();

    /** Messages of one node to another; 0 is who is no node. */
    private record Link(int from, int to) {}

    /** Opens the way to a node; what its configuration has to say for that. */
    List<String> open(int node, int clusterPort) throws IOException {
        int realPort = freePort();
        relay(node, clusterPort, realPort);
        return List.of(
                "pekko.remote.artery.bind { hostname = \"127.0.0.1\", port = " + realPort + " }",
                "pekko.remote.artery.advanced.tcp.outbound-client-hostname = \"" + SENDER.formatted(node) + "\"");
    }

    /** Opens the way to the database; its URL for nodes, the same for all. */
    String openDatabase(String url) throws IOException {
        Matcher server = SERVER.matcher(url);
        if (!server.find()) {
            throw new IllegalArgumentException("no server on 127.0.0.1 in " + url);
        }
        int port = freePort();
        relay(DATABASE, port, Integer.parseInt(server.group(1)));
        return server.replaceFirst("//127.0.0.1:" + port + "/");
    }

    /** By what a node's database connections are known. */
    static String sender(int node) {
        return SENDER.formatted(node);
    }

    private void relay(int to, int port, int realPort) {
        Tcp.get(system)
                .bind("127.0.0.1", port)
                .to(Sink.foreach(arrived -> {
                    Link link = new Link(senderOf(arrived.remoteAddress()), to);
                    arrived.handleWith(
                            Flow.of(ByteString.class)
                                    .mapAsync(1, bytes -> mended(link).thenApply(done -> bytes))
                                    .via(Tcp.get(system).outgoingConnection("127.0.0.1", realPort)),
                            system);
                }))
                .run(system)
                .toCompletableFuture()
                .join();
    }

    private CompletableFuture<Done> mended(Link link) {
        return cut.getOrDefault(link, CompletableFuture.completedFuture(Done.getInstance()));
    }

    private static int senderOf(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return host.equals("127.0.0.1") ? 0 : Integer.parseInt(host.substring("127.0.0.1".length()));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Nothing one node sends reaches the other any more. */
    void cut(int from, int to) {
        cut.putIfAbsent(new Link(from, to), new CompletableFuture<>());
    }

    void cutBothWays(int one, int other) {
        cut(one, other);
        cut(other, one);
    }

    /** Everything flows again, what waited first. */
    void mendAll() {
        new ArrayList<>(cut.keySet()).forEach(link -> cut.remove(link).complete(Done.getInstance()));
    }

    @Override
    public void close() throws Exception {
        mendAll();
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().get(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
}
