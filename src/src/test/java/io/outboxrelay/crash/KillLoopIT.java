package io.outboxrelay.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.demo.Audit;
import io.outboxrelay.demo.Audit.Judgement;
import io.outboxrelay.demo.Fleet;
import io.outboxrelay.sandbox.SandboxKafka;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real node processes are killed with kill -9, at any moment and at named points, or stopped until others took over and
 * then continued. `-Dkill.rounds=N` says how often, `-Dkill.seed=N` repeats the decisions, `-Dcrash.delivery` is the
 * publisher's.
 */
class KillLoopIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int ROUNDS = Integer.getInteger("kill.rounds", 2);
    private static final long SEED = Long.getLong("kill.seed", System.nanoTime());
    private static final String DELIVERY = System.getProperty("crash.delivery", "at-least-once");
    private static final int EVENTS_PER_SECOND = Integer.getInteger("crash.rate", 300);
    private static final int NODES = 3;
    private static final int SHARDS = 6;
    private static final int CHUNK_ROWS = 10;
    private static final int WINDOW = 60;

    @TempDir
    static Path folder;

    private final Random random = new Random(SEED);
    private final Map<Fall, Integer> falls = new TreeMap<>();
    private Audit audit;
    private Fleet fleet;
    private long allowed;

    /** How a process falls. */
    private enum Fall {
        KILLED_AT_ACKNOWLEDGEMENT,
        KILLED_WHILE_SETTLING,
        STOPPED_AND_CONTINUED,
        KILLED_AT_SEND,
        KILLED_ANYWHERE
    }

    @Test
    void everyEventArrivesInOrderHoweverProcessesFall() throws Exception {
        System.out.println("KillLoopIT seed " + SEED + ", delivery " + DELIVERY);
        try (Audit opened = Audit.open(folder);
                SandboxKafka kafka = SandboxKafka.start(folder)) {
            audit = opened;
            kafka.createTopic(Audit.TOPIC, 5);
            try (Fleet started = Fleet.start(audit, kafka.bootstrapServers(), folder, NODES, SHARDS, configuration())) {
                fleet = started;
                audit.startWriting(EVENTS_PER_SECOND);
                for (int round = 0; round < ROUNDS; round++) {
                    fell(Fall.values()[round % Fall.values().length]);
                }
                audit.stopWriting();
                audit.awaitArrival(kafka.bootstrapServers(), LIMIT);
            }
            judge(audit.judge(kafka.bootstrapServers()));
            Judgement filtered = audit.judgeFiltered(kafka.bootstrapServers(), 2 * WINDOW);
            assertThat(filtered.clean() && filtered.duplicates() == 0)
                    .as("without repeats: %s, seed %d", filtered, SEED)
                    .isTrue();
        }
    }

    private static List<String> configuration() {
        List<String> lines = new ArrayList<>(List.of(
                "outbox-relay.cluster.stable-after = 2 s",
                "outbox-relay.outboxes.orders {",
                "  reader.chunk-rows = " + CHUNK_ROWS,
                "  publisher.max-in-flight = " + WINDOW,
                "  kafka.properties {",
                "    \"interceptor.classes\" = \"" + DyingInterceptor.class.getName() + "\"",
                "    \"" + DyingInterceptor.FILE + "\" = \"" + folder.resolve("dying-%d") + "\"",
                "  }",
                "}"));
        if (!DELIVERY.equals("at-least-once")) {
            lines.add("outbox-relay.outbox-defaults.publisher.delivery = " + DELIVERY);
        }
        return lines;
    }

    /** One node falls, the others take its shards, it comes back. */
    private void fell(Fall fall) throws Exception {
        fleet.awaitSpread();
        int victim = 1 + random.nextInt(NODES);
        System.out.println(Instant.now() + " node " + victim + " " + fall + " with " + fleet.owned(victim) + " shards");
        allowed += (long) fleet.owned(victim) * WINDOW;
        switch (fall) {
            case KILLED_ANYWHERE -> {
                long until = audit.written() + random.nextInt(200);
                await().atMost(LIMIT).until(() -> audit.written() >= until);
                fleet.kill(victim);
            }
            case KILLED_AT_SEND -> dieAt(victim, DyingInterceptor.SENT);
            case KILLED_AT_ACKNOWLEDGEMENT -> dieAt(victim, DyingInterceptor.ACKED);
            case KILLED_WHILE_SETTLING -> killWhileSettling(victim);
            case STOPPED_AND_CONTINUED -> fleet.signal(victim, "STOP");
        }
        fleet.awaitTakenFrom(victim);
        if (fall == Fall.STOPPED_AND_CONTINUED) {
            fleet.signal(victim, "CONT");
            fleet.awaitDeath(victim); // it learns that the others have removed it
        }
        fleet.start(victim);
        falls.merge(fall, 1, Integer::sum);
    }

    private static void arm(int victim, String point) throws Exception {
        Path written = Files.writeString(folder.resolve("dying"), point);
        Files.move(written, folder.resolve("dying-" + victim), StandardCopyOption.ATOMIC_MOVE);
    }

    private void dieAt(int victim, String point) throws Exception {
        arm(victim, point);
        fleet.awaitDeath(victim);
    }

    /** Positions are locked, so that nobody can write one; killed while all wait, whatever becomes of their statements. */
    private void killWhileSettling(int victim) throws Exception {
        try (Connection connection = audit.connectAsSuperuser();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("select from outbox_progress for update");
            try (Connection watching = audit.connectAsSuperuser()) {
                await().atMost(LIMIT).until(() -> waiting(watching) >= NODES);
            }
            fleet.kill(victim);
            connection.rollback();
        }
    }

    private static int waiting(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from pg_stat_activity"
                        + " where wait_event_type = 'Lock' and query like '%outbox_progress%'")) {
            row.next();
            return row.getInt(1);
        }
    }

    private void judge(Judgement found) {
        System.out.println("KillLoopIT " + falls + "; " + found + ", allowed " + allowed);
        assertThat(found.clean()).as("%s, seed %d", found, SEED).isTrue();
        assertThat(found.duplicates())
                .as("%s, seed %d", found, SEED)
                .isLessThanOrEqualTo(DELIVERY.equals("exactly-once") ? 0 : allowed);
    }
}
