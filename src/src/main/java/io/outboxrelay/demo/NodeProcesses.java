package io.outboxrelay.demo;

import io.outboxrelay.demo.NodeProcess.Life;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** All nodes of the demo's cluster. They find each other through the database alone. */
final class NodeProcesses implements AutoCloseable {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

    private final List<NodeProcess> nodes;

    private NodeProcesses(List<NodeProcess> nodes) {
        this.nodes = List.copyOf(nodes);
    }

    /** Writes a configuration per node; starts none. */
    static NodeProcesses configure(DemoSettings settings, Servers servers, Path folder) throws IOException {
        int[] ports = freePorts(2 * settings.nodes());
        List<NodeProcess> nodes = new ArrayList<>();
        for (int n = 0; n < settings.nodes(); n++) {
            NodeConfig config = servers.nodeConfig(settings.shards(), ports[2 * n], ports[2 * n + 1]);
            nodes.add(new NodeProcess(n + 1, config, folder));
        }
        return new NodeProcesses(nodes);
    }

    static NodeProcesses of(List<NodeProcess> nodes) {
        return new NodeProcesses(nodes);
    }

    void start() throws IOException {
        for (NodeProcess node : nodes) {
            node.start();
        }
    }

    List<NodeProcess> all() {
        return nodes;
    }

    List<NodeProcess> running() {
        return nodes.stream().filter(node -> node.life() == Life.UP).toList();
    }

    /** Asks all to hand over and stop, and sees to it that they do. */
    @Override
    public void close() {
        nodes.forEach(NodeProcess::askToStop);
        long deadline = System.nanoTime() + STOP_LIMIT.toNanos();
        try {
            for (NodeProcess node : nodes) {
                node.awaitStopped(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            nodes.forEach(NodeProcess::kill);
            Thread.currentThread().interrupt();
        }
    }

    /** All are held open until the last is found, so that they differ. */
    static int[] freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            int[] ports = new int[count];
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
                ports[i] = sockets.get(i).getLocalPort();
            }
            return ports;
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }
}
