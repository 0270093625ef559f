package io.outboxrelay.demo;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;

/** The demo's node processes for tests: killed, stopped and awakened one by one, and looked at from outside. */
public final class Fleet implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final NodeProcesses nodes;
    private final ClusterView view;
    private final int shards;

    private Fleet(NodeProcesses nodes, int shards) {
        this.nodes = nodes;
        this.shards = shards;
        this.view = new ClusterView(nodes).start();
    }

    /**
     * Starts nodes, numbered from 1, and waits until each owns shards.
     *
     * @param lines added to every node's configuration; `%d` is its number
     */
    public static Fleet start(
            Audit audit, String bootstrapServers, Path folder, int count, int shards, List<String> lines)
            throws IOException {
        int[] ports = NodeProcesses.freePorts(2 * count);
        List<NodeProcess> nodes = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            NodeConfig config = new NodeConfig(
                    audit.url(), audit.user(), audit.user(), bootstrapServers, shards, ports[2 * n], ports[2 * n + 1]);
            nodes.add(new NodeProcess(n + 1, config, folder));
            String further = String.join("\n", lines).replace("%d", Integer.toString(n + 1));
            Files.writeString(folder.resolve("node-" + (n + 1) + ".conf"), further, StandardOpenOption.APPEND);
        }
        Fleet fleet = new Fleet(NodeProcesses.of(nodes), shards);
        try {
            fleet.nodes.start();
            fleet.awaitSpread();
            return fleet;
        } catch (RuntimeException | Error | IOException e) {
            fleet.close();
            throw e;
        }
    }

    private NodeProcess node(int number) {
        return nodes.all().get(number - 1);
    }

    /** Waits until every shard relays and every node that runs has some. */
    public void awaitSpread() {
        long since = System.nanoTime();
        awaitState(
                since,
                "all nodes own shards",
                () -> view.state().spreadOver(nodes.running().size(), shards));
    }

    /** Waits until all shards relay, none of them on this node. */
    public void awaitTakenFrom(int number) {
        long since = System.nanoTime();
        awaitState(
                since,
                "others own the shards of node " + number,
                () -> view.state().allRelaying(shards)
                        && view.state().ownedBy(node(number).address()).isEmpty());
    }

    private void awaitState(long since, String what, java.util.concurrent.Callable<Boolean> condition) {
        try {
            await(what).atMost(LIMIT).until(() -> view.state().askedNanos() - since > 0 && condition.call());
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    view.state().trouble() + "; last words of node 1: " + DemoFolder.tail(node(1).log(), 10), e);
        }
    }

    /** How many shards a node owns, as far as is known. */
    public int owned(int number) {
        return view.state().ownedBy(node(number).address()).size();
    }

    /** Of the process as it runs now; 0 if it does not. */
    public long pid(int number) {
        return node(number).life() == NodeProcess.Life.UP ? node(number).pid() : 0;
    }

    public void kill(int number) {
        node(number).kill();
    }

    /** Waits until a node has died by itself, which then counts as killed. */
    public void awaitDeath(int number) {
        await("node " + number + " dies").atMost(LIMIT).until(() -> node(number).life() != NodeProcess.Life.UP);
        node(number).kill();
    }

    public void start(int number) throws IOException {
        node(number).start();
    }

    /** SIGSTOP, or SIGCONT. */
    public void signal(int number, String signal) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder(
                        "kill", "-" + signal, Long.toString(node(number).pid()))
                .start();
        if (!kill.waitFor(10, TimeUnit.SECONDS) || kill.exitValue() != 0) {
            throw new IllegalStateException("cannot send " + signal + " to node " + number);
        }
    }

    /** What a node wrote to its log. */
    public String log(int number) throws IOException {
        return Files.readString(node(number).log());
    }

    @Override
    public void close() {
        view.close();
        nodes.close();
    }
}
