package io.outboxrelay.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.OutboxSettings.HistoryChange;
import io.outboxrelay.testkit.ChunkProbe;
import io.outboxrelay.testkit.DocumentedRoles;
import io.outboxrelay.testkit.JdbcTransaction;
import io.outboxrelay.testkit.OpenTransaction;
import io.outboxrelay.testkit.TestEvent;
import io.outboxrelay.testkit.TestSettings;
import io.outboxrelay.testkit.Waits;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.Materializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens to an outbox that wakes up in another database. Everything runs under the roles of docs/roles.md. */
class HistoryChangeIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int SHARDS = 2;
    private static SandboxPostgres before;
    private static SandboxPostgres after;
    private static ActorTestKit kit;
    private static int databases;

    private OutboxSettings old;
    private OutboxSettings restored;

    @BeforeAll
    static void start() {
        before = SandboxPostgres.start();
        after = SandboxPostgres.start();
        DocumentedRoles.create(before);
        DocumentedRoles.create(after);
        kit = ActorTestKit.create();
    }

    @AfterAll
    static void stop() {
        kit.shutdownTestKit();
        before.close();
        after.close();
    }

    @BeforeEach
    void open() {
        String database = "history" + databases++;
        old = DocumentedRoles.outbox(before, database, SHARDS);
        restored = DocumentedRoles.outbox(after, database, SHARDS);
        DocumentedRoles.replaying(restored);
        // the old server has used up many more transaction ids than the new one
        DocumentedRoles.execute(
                old.database().url(),
                DocumentedRoles.SUPERUSER,
                "do $$ begin for n in 1..2000 loop perform pg_current_xact_id(); commit; end loop; end $$");
        try (RingStore store = RingStore.open(kit.system(), old)) {
            Waits.get(store.shards(SHARDS), LIMIT);
        }
    }

    @Test
    void byDefaultTheShardHaltsAndSaysWhatToSet() throws Exception {
        RestoredDump.copy(old, restored);
        try (RingStore store = RingStore.open(kit.system(), restored)) {
            RelayException failure = Waits.failure(store.claim(shard(0)), LIMIT);
            assertThat(failure.fault()).isEqualTo(Fault.MISCONFIGURED);
            assertThat(failure).hasMessageContaining("on-history-change = replay");
        }
    }

    @Test
    void replayDeliversEveryRowThatWaitedAndEveryRowWrittenSince() throws Exception {
        write(old, 0, 100);
        relay(old, 50);
        write(old, 100, 150);
        RestoredDump.copy(old, restored);
        OpenTransaction open =
                JdbcTransaction.begin(restored, DocumentedRoles.APPLICATION).takeTransactionId();
        write(restored, 150, 200);
        List<String> texts = relay(replaying(restored), 200);
        open.append("late", "200").commit();
        List<String> rest = relay(replaying(restored), 1);
        assertThat(texts)
                .isEqualTo(IntStream.range(0, 200).mapToObj(String::valueOf).toList());
        assertThat(rest).containsExactly("200");
    }

    @Test
    void replayLeavesOutWhatIsAcknowledgedForCertain() throws Exception {
        write(old, 0, 100);
        relay(old, 100);
        DocumentedRoles.execute(old.database().url(), DocumentedRoles.RELAY, "update outbox_progress set seq_low = 60");
        write(old, 100, 110);
        RestoredDump.copy(old, restored);
        List<String> texts = relay(replaying(restored), 50);
        assertThat(texts)
                .isEqualTo(IntStream.range(60, 110).mapToObj(String::valueOf).toList());
    }

    @Test
    void aSequenceThatWasNotCopiedIsNamedAndNothingIsWritten() throws Exception {
        write(old, 0, 100);
        RestoredDump.copy(old, restored);
        DocumentedRoles.execute(
                restored.database().url(), DocumentedRoles.SUPERUSER, "select setval('outbox_seq_seq', 99)");
        try (RingStore store = RingStore.open(kit.system(), replaying(restored))) {
            RelayException failure = Waits.failure(store.claim(shard(0)), LIMIT);
            assertThat(failure.fault()).isEqualTo(Fault.MISCONFIGURED);
            assertThat(failure).hasMessageContaining("setval('outbox_seq_seq', 100)");
        }
        DocumentedRoles.execute(
                restored.database().url(), DocumentedRoles.SUPERUSER, "select setval('outbox_seq_seq', 100)");
        assertThat(relay(replaying(restored), 100)).hasSize(100);
    }

    @Test
    void aPositionAheadOfItsOwnDatabaseIsReplayedToo() throws Exception {
        write(old, 0, 10);
        DocumentedRoles.replaying(old);
        DocumentedRoles.execute(
                old.database().url(), DocumentedRoles.RELAY, "update outbox_progress set prev = '90000000:90000000:'");
        assertThat(relay(replaying(old), 10)).hasSize(10);
    }

    @Test
    void aPromotedStandbyGoesOnWhereItStands() {
        write(old, 0, 10);
        relay(old, 10);
        DocumentedRoles.execute(
                old.database().url(), DocumentedRoles.RELAY, "update outbox_progress set timeline = 77");
        write(old, 10, 12);
        assertThat(relay(old, 2)).containsExactly("10", "11");
        assertThat(number(old, "select count(*) from outbox_progress where timeline = 1"))
                .isEqualTo(SHARDS);
    }

    private static ShardId shard(int number) {
        return new ShardId("orders", number);
    }

    private static OutboxSettings replaying(OutboxSettings settings) {
        return TestSettings.onHistoryChange(HistoryChange.REPLAY, settings);
    }

    /** Events with these numbers as their texts, in one transaction, of many keys. */
    private static void write(OutboxSettings outbox, int from, int to) {
        OpenTransaction transaction = JdbcTransaction.begin(outbox, DocumentedRoles.APPLICATION);
        IntStream.range(from, to).forEach(n -> transaction.append("k" + n % 20, String.valueOf(n)));
        transaction.commit();
    }

    /** Delivers and settles what waits, until it is so many rows; their texts, by number. */
    private static List<String> relay(OutboxSettings outbox, int rows) {
        Materializer materializer = Materializer.createMaterializer(kit.system());
        try (RingStore store = RingStore.open(kit.system(), outbox)) {
            List<OutboxRow> taken = new ArrayList<>();
            for (int n = 0; n < SHARDS; n++) {
                Claim claim = Waits.get(store.claim(shard(n)), LIMIT);
                ChunkProbe probe = ChunkProbe.start(store, claim, materializer, LIMIT);
                while (Waits.get(store.backlog(claim), LIMIT).rows() > 0 && taken.size() < rows) {
                    Chunk chunk = probe.chunk();
                    taken.addAll(chunk.rows());
                    Waits.get(store.settle(claim, List.of(chunk)), LIMIT);
                }
                probe.cancel();
                Waits.get(store.release(claim), LIMIT);
            }
            return taken.stream()
                    .map(TestEvent::of)
                    .map(TestEvent::text)
                    .sorted(Comparator.comparingInt(Integer::parseInt))
                    .toList();
        } finally {
            materializer.shutdown();
        }
    }

    private static long number(OutboxSettings outbox, String query) {
        try (Connection connection = DocumentedRoles.connect(outbox, DocumentedRoles.SUPERUSER)) {
            return Queries.number(connection, query).orElseThrow();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
