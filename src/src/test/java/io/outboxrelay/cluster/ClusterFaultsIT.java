package io.outboxrelay.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.demo.Audit;
import io.outboxrelay.demo.Audit.Judgement;
import io.outboxrelay.demo.Fleet;
import io.outboxrelay.node.Node;
import io.outboxrelay.sandbox.SandboxKafka;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three node processes with their default settings, and everything that can happen between them, while writers never
 * pause. A leg is each fault once, in an order that the seed decides, on a new database and broker; it ends with the
 * judgement. `-Dcluster.legs=N`, `-Dcluster.seed=N`, `-Dcluster.faults=A,B` and `-Dcluster.report=FILE`, which a later
 * run with the same seed goes on with.
 */
class ClusterFaultsIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int LEGS = Integer.getInteger("cluster.legs", 1);
    private static final long SEED = Long.getLong("cluster.seed", System.nanoTime());
    private static final String FAULTS = System.getProperty("cluster.faults", "CUT_OFF_ONE");
    private static final String REPORT = System.getProperty("cluster.report", "");
    private static final Duration HOUR = Duration.ofHours(1);
    private static final int EVENTS_PER_SECOND = Integer.getInteger("cluster.rate", 200);
    private static final int NODES = 3;
    private static final int GUEST = NODES + 1;
    private static final int SHARDS = 6;
    private static final int CHUNK_ROWS = 10;
    private static final int WINDOW = 60;

    @TempDir
    static Path folder;

    private Random random;
    private Audit audit;
    private Fleet fleet;
    private NodeLinks links;
    private String databaseUrl;
    private SandboxKafka kafka;

    @Test
    void everyEventArrivesInOrderWhateverHappensBetweenTheNodes() throws Exception {
        Path file = REPORT.isEmpty() ? folder.resolve("report") : Path.of(REPORT);
        FaultReport report = FaultReport.open(file);
        for (int leg = report.legsOf(SEED); leg < LEGS; leg++) {
            random = new Random(31 * SEED + leg);
            List<ClusterFault> faults = new ArrayList<>(faults());
            Collections.shuffle(faults, random);
            leg(leg, faults, report);
            System.out.print("ClusterFaultsIT seed " + SEED + System.lineSeparator() + report);
        }
    }

    private static List<ClusterFault> faults() {
        return FAULTS.equals("all")
                ? List.of(ClusterFault.values())
                : Arrays.stream(FAULTS.split(",")).map(ClusterFault::valueOf).toList();
    }

    private void leg(int leg, List<ClusterFault> faults, FaultReport report) throws Exception {
        Path here = Files.createDirectory(folder.resolve("leg-" + leg));
        try (Audit opened = Audit.open(here);
                SandboxKafka broker = SandboxKafka.start(here);
                NodeLinks network = new NodeLinks()) {
            audit = opened;
            kafka = broker;
            links = network;
            databaseUrl = links.openDatabase(audit.url());
            kafka.createTopic(Audit.TOPIC, 5);
            long allowed = 0;
            try (Fleet started =
                    Fleet.start(audit, kafka.bootstrapServers(), here, NODES, GUEST, SHARDS, this::configuration)) {
                fleet = started;
                audit.startWriting(EVENTS_PER_SECOND);
                audit.startReading(kafka.bootstrapServers());
                for (ClusterFault fault : faults) {
                    allowed += suffer(leg, fault, report);
                }
                audit.stopWriting();
                audit.awaitArrival(kafka.bootstrapServers(), LIMIT);
            }
            Judgement found = audit.judge(kafka.bootstrapServers());
            report.judge(SEED, leg, found, allowed);
            assertThat(found.clean()).as("%s, seed %d", found, SEED).isTrue();
            assertThat(found.duplicates()).as("%s, seed %d", found, SEED).isLessThanOrEqualTo(allowed);
        }
    }

    private List<String> configuration(int node, int clusterPort) throws IOException {
        List<String> lines = new ArrayList<>(links.open(node, clusterPort));
        lines.add("outbox-relay.outboxes.orders { reader.chunk-rows = " + CHUNK_ROWS + ", publisher.max-in-flight = "
                + WINDOW + " }");
        lines.add("outbox-relay.database { url = \"" + databaseUrl + "\", properties.localSocketAddress = \""
                + NodeLinks.sender(node) + "\" }");
        return lines;
    }

    /** Returns how many records may have arrived again. */
    private long suffer(int leg, ClusterFault fault, FaultReport report) throws Exception {
        startMissing();
        fleet.awaitSpread();
        audit.awaitCaughtUp(LIMIT);
        audit.longestWait();
        long repeatedBefore = audit.repeated();
        Instant began = Instant.now();
        Instant relayed = inflict(fault);
        fleet.awaitSpread();
        audit.awaitCaughtUp(LIMIT);
        long repeated = audit.repeated() - repeatedBefore;
        long allowed = fault.mayRepeat ? (long) falls(fault) * SHARDS * WINDOW : 0;
        report.add(SEED, leg, fault, Duration.between(began, relayed), audit.longestWait(), repeated, allowed);
        assertThat(repeated)
                .as("repeats after %s, seed %d, leg %d", fault, SEED, leg)
                .isLessThanOrEqualTo(allowed);
        return allowed;
    }

    /** How often all shards may have been torn from their owners. */
    private static int falls(ClusterFault fault) {
        return fault == ClusterFault.STUTTER || fault == ClusterFault.FLAPPING_LINK ? 3 : 1;
    }

    /** Returns when all shards relayed again; every node runs then or is about to. */
    private Instant inflict(ClusterFault fault) throws Exception {
        int victim = fault.ofOldest ? fleet.oldest() : 1 + random.nextInt(NODES);
        System.out.println(Instant.now() + " " + fault + " of node " + victim + ", the oldest is " + fleet.oldest());
        return switch (fault) {
            case KILL_OLDEST, KILL_ANY -> killed(victim);
            case FREEZE -> frozen(victim);
            case STUTTER -> stuttering(victim);
            case STARVE -> starved(victim);
            case LEAVE_OLDEST, LEAVE_ANY -> {
                fleet.signal(victim, "TERM");
                yield left(victim);
            }
            case DRAIN -> {
                fleet.drain(victim);
                yield left(victim);
            }
            case ROLLING_RESTART -> restartedInTurn();
            case COME_AND_GO -> cameAndWent();
            case KILL_ALL -> killedAll();
            case CUT_OFF_ONE -> cutOff(victim);
            case CUT_ALL -> cutAll();
            case CUT_ONE_DIRECTION -> cutInOneDirection(victim);
            case FLAPPING_LINK -> flapping(victim);
            case NO_DATABASE -> withoutDatabase(victim);
            case CLOCK -> atOddsWithTheClock(victim);
        };
    }

    private Instant killed(int victim) throws Exception {
        fleet.kill(victim);
        fleet.awaitTakenFrom(victim);
        Instant relayed = Instant.now();
        fleet.start(victim);
        return relayed;
    }

    private Instant frozen(int victim) throws Exception {
        fleet.signal(victim, "STOP");
        fleet.awaitTakenFrom(victim);
        Instant relayed = Instant.now();
        fleet.signal(victim, "CONT");
        assertThat(fleet.awaitExit(victim)).isEqualTo(Node.EXIT_DOWNED);
        fleet.start(victim);
        return relayed;
    }

    private Instant stuttering(int victim) throws Exception {
        for (int n = 0; n < 3; n++) {
            fleet.signal(victim, "STOP");
            lasts(1.5);
            fleet.signal(victim, "CONT");
            lasts(1);
        }
        return relayedByTheLiving();
    }

    private Instant starved(int victim) throws Exception {
        long pid = fleet.pid(victim);
        long enough = audit.written() + 10L * EVENTS_PER_SECOND;
        while (audit.written() < enough) {
            fleet.signal(victim, "STOP");
            lasts(0.08);
            fleet.signal(victim, "CONT");
            lasts(0.02);
        }
        assertThat(fleet.pid(victim)).as("node %d was not removed", victim).isEqualTo(pid);
        return relayedByTheLiving();
    }

    /** As long as it takes to write what is written in so many seconds where the machine keeps up. */
    private void lasts(double seconds) {
        audit.awaitMoreWritten(Math.round(seconds * EVENTS_PER_SECOND), LIMIT);
    }

    private Instant left(int victim) throws Exception {
        assertThat(fleet.awaitExit(victim)).isZero();
        fleet.awaitTakenFrom(victim);
        Instant relayed = Instant.now();
        fleet.start(victim);
        return relayed;
    }

    private Instant restartedInTurn() throws Exception {
        for (int node = 1; node <= NODES; node++) {
            fleet.signal(node, "TERM");
            assertThat(fleet.awaitExit(node)).isZero();
            fleet.start(node);
            fleet.awaitReady(node);
        }
        return relayedByTheLiving();
    }

    private Instant cameAndWent() throws Exception {
        for (int n = 0; n < 3; n++) {
            fleet.start(GUEST);
            fleet.awaitReady(GUEST);
            fleet.signal(GUEST, "TERM");
            assertThat(fleet.awaitExit(GUEST)).isZero();
        }
        return relayedByTheLiving();
    }

    private Instant killedAll() throws Exception {
        for (int node = 1; node <= NODES; node++) {
            fleet.kill(node);
        }
        return startAgain();
    }

    private Instant cutOff(int victim) throws Exception {
        for (int other = 1; other <= NODES; other++) {
            if (other != victim) {
                links.cutBothWays(victim, other);
            }
        }
        fleet.awaitTakenFrom(victim);
        Instant relayed = Instant.now();
        assertThat(fleet.awaitExit(victim)).isEqualTo(Node.EXIT_DOWNED);
        links.mendAll();
        fleet.start(victim);
        return relayed;
    }

    private Instant cutAll() throws Exception {
        links.cutBothWays(1, 2);
        links.cutBothWays(1, 3);
        links.cutBothWays(2, 3);
        for (int node = 1; node <= NODES; node++) {
            assertThat(fleet.awaitExit(node)).isEqualTo(Node.EXIT_DOWNED);
        }
        links.mendAll();
        return startAgain();
    }

    /** Somebody must go; who it is, and whether one or all, is the resolver's decision. */
    private Instant cutInOneDirection(int victim) throws Exception {
        for (int other = 1; other <= NODES; other++) {
            if (other != victim) {
                links.cut(victim, other);
            }
        }
        fleet.awaitSomeExit();
        Instant relayed = relayedByTheLiving();
        links.mendAll();
        return relayed;
    }

    private Instant flapping(int victim) throws Exception {
        for (int n = 0; n < 8; n++) {
            for (int other = 1; other <= NODES; other++) {
                if (other != victim) {
                    links.cutBothWays(victim, other);
                }
            }
            lasts(0.5 + 4 * random.nextDouble());
            links.mendAll();
            lasts(2 * random.nextDouble());
        }
        return relayedByTheLiving();
    }

    private Instant withoutDatabase(int victim) throws Exception {
        long pid = fleet.pid(victim);
        links.cut(victim, NodeLinks.DATABASE);
        await().atMost(LIMIT).until(() -> {
            HttpResponse<String> ready = fleet.get(victim, "/ready");
            return ready.statusCode() != 200 && ready.body().contains("database");
        });
        for (int node = 1; node <= NODES; node++) {
            if (node != victim) {
                HttpResponse<String> other = fleet.get(node, "/ready");
                assertThat(other.statusCode())
                        .as("node %d beside %d: %s", node, victim, other.body())
                        .isEqualTo(200);
            }
        }
        links.mendAll();
        Instant relayed = relayedByTheLiving();
        assertThat(fleet.pid(victim)).as("node %d was not removed", victim).isEqualTo(pid);
        return relayed;
    }

    private Instant atOddsWithTheClock(int victim) throws Exception {
        WallClock clock = WallClock.in(folder.resolve("clock")).set(HOUR);
        restart(victim, clock.environment());
        long pid = fleet.pid(victim);
        for (Duration ahead : List.of(HOUR, HOUR.negated(), HOUR)) {
            clock.set(ahead);
            await().atMost(LIMIT).until(() -> isAhead(victim, ahead));
            lasts(5);
        }
        assertThat(fleet.pid(victim)).as("node %d was not removed", victim).isEqualTo(pid);
        Instant relayed = relayedByTheLiving();
        restart(victim, Map.of());
        return relayed;
    }

    private boolean isAhead(int node, Duration ahead) throws Exception {
        Duration found = Duration.between(Instant.now(), fleet.clock(node));
        return found.minus(ahead).abs().compareTo(Duration.ofMinutes(1)) < 0;
    }

    private void restart(int node, Map<String, String> environment) throws Exception {
        fleet.signal(node, "TERM");
        assertThat(fleet.awaitExit(node)).isZero();
        fleet.launchAs(node, List.of(), environment);
        fleet.start(node);
        fleet.awaitSpread();
    }

    /** Those that ended are started again, at once where nobody is left. */
    private Instant relayedByTheLiving() throws Exception {
        if (!fleet.awaitRelayedByTheLiving()) {
            links.mendAll();
            return startAgain();
        }
        Instant relayed = Instant.now();
        links.mendAll();
        startMissing();
        return relayed;
    }

    private Instant startAgain() throws Exception {
        startMissing();
        fleet.awaitRelayedByTheLiving();
        return Instant.now();
    }

    private void startMissing() throws Exception {
        List<Integer> running = fleet.running();
        for (int node = 1; node <= NODES; node++) {
            if (!running.contains(node)) {
                fleet.start(node);
            }
        }
    }
}
