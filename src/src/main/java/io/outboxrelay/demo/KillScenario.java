package io.outboxrelay.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Kills the node that owns most shards, measures how long its shards rest, and brings it back.
 *
 * <pre>
 * WAITING --(time is up)--> FAILING_OVER --(all relaying elsewhere)--> RETURNING --(all nodes own shards)--> OVER
 * </pre>
 *
 * Looked at from the one loop of the demo; times are {@link System#nanoTime()}.
 */
final class KillScenario {
    private static final Duration RETURN_LIMIT = Duration.ofSeconds(90);

    private enum Phase {
        WAITING,
        FAILING_OVER,
        RETURNING,
        OVER
    }

    /** What a kill did; `failover` is empty while shards of the killed node rest. */
    record Outcome(int movedShards, Optional<Duration> failover) {
        static final Outcome NONE = new Outcome(0, Optional.empty());
    }

    private final DemoSettings settings;
    private final NodeProcesses nodes;
    private final Consumer<String> tell;
    private Phase phase;
    private @Nullable NodeProcess victim;
    private long sinceNanos;
    private Outcome outcome = Outcome.NONE;

    KillScenario(DemoSettings settings, NodeProcesses nodes, Consumer<String> tell) {
        this.settings = settings;
        this.nodes = nodes;
        this.tell = tell;
        this.phase = settings.killNodeAfter().isPresent() ? Phase.WAITING : Phase.OVER;
    }

    Outcome outcome() {
        return outcome;
    }

    boolean killed() {
        return victim != null;
    }

    boolean underWay() {
        return phase == Phase.FAILING_OVER || phase == Phase.RETURNING;
    }

    /** Does what is due. */
    void look(Duration sinceFirstWrite, ClusterState cluster, long nowNanos) throws IOException {
        switch (phase) {
            case WAITING -> {
                if (sinceFirstWrite.compareTo(settings.killNodeAfter().orElseThrow()) >= 0) {
                    kill(cluster);
                }
            }
            case FAILING_OVER -> {
                if (victim != null && restingIsOver(victim, cluster)) {
                    failedOver(victim, cluster);
                }
            }
            case RETURNING -> watchReturn(cluster, nowNanos);
            case OVER -> {}
        }
    }

    private void kill(ClusterState cluster) {
        NodeProcess chosen = nodes.running().stream()
                .max(Comparator.comparingInt(
                        node -> cluster.ownedBy(node.address()).size()))
                .orElseThrow(() -> new IllegalStateException("no node is left to kill"));
        int owned = cluster.ownedBy(chosen.address()).size();
        victim = chosen;
        outcome = new Outcome(owned, Optional.empty());
        long pid = chosen.pid();
        sinceNanos = System.nanoTime();
        chosen.kill();
        phase = Phase.FAILING_OVER;
        tell.accept("kill -9 of node " + chosen.number() + " (pid " + pid + "), which owned " + owned + " shards");
    }

    private boolean restingIsOver(NodeProcess killed, ClusterState cluster) {
        return cluster.askedNanos() - sinceNanos > 0
                && cluster.allRelaying(settings.shards())
                && cluster.ownedBy(killed.address()).isEmpty();
    }

    private void failedOver(NodeProcess killed, ClusterState cluster) throws IOException {
        Duration took = Duration.ofNanos(cluster.askedNanos() - sinceNanos);
        outcome = new Outcome(outcome.movedShards(), Optional.of(took));
        tell.accept(String.format(
                Locale.ROOT,
                "all %d shards are relaying on the other nodes, %.1f s after the kill",
                settings.shards(),
                took.toMillis() / 1000.0));
        if (settings.keepKilledDown()) {
            phase = Phase.OVER;
            return;
        }
        killed.start();
        sinceNanos = System.nanoTime();
        phase = Phase.RETURNING;
        tell.accept("node " + killed.number() + " is started again (pid " + killed.pid() + ")");
    }

    private void watchReturn(ClusterState cluster, long nowNanos) {
        int expectedOwners = Math.min(settings.nodes(), settings.shards());
        if (cluster.askedNanos() - sinceNanos > 0
                && cluster.allRelaying(settings.shards())
                && cluster.owners().size() == expectedOwners) {
            tell.accept("all " + expectedOwners + " nodes own shards again");
            phase = Phase.OVER;
        } else if (nowNanos - sinceNanos > RETURN_LIMIT.toNanos()) {
            tell.accept("the restarted node took no shards within " + RETURN_LIMIT.toSeconds() + " s");
            phase = Phase.OVER;
        }
    }
}
