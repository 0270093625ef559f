package io.outboxrelay.sandbox;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds free ports on 127.0.0.1 below the range that operating systems hand to outgoing connections. A port inside that
 * range could be taken by anyone while a server is stopped for a while, even by a client that tries to reach it.
 */
final class LoopbackPort {
    private static final int LOWEST = 15_000;
    private static final int HIGHEST = 31_999;
    private static final int ATTEMPTS = 200;

    private static final Set<Integer> GIVEN_OUT = ConcurrentHashMap.newKeySet();

    private LoopbackPort() {}

    /** Never gives out a port twice within this JVM. */
    static int findFree() {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST + 1);
            if (isFree(port) && GIVEN_OUT.add(port)) {
                return port;
            }
        }
        throw new IllegalStateException(
                "no free port on 127.0.0.1 after " + ATTEMPTS + " attempts between " + LOWEST + " and " + HIGHEST);
    }

    static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
