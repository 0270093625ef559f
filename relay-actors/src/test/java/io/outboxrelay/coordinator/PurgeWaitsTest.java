package io.outboxrelay.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.store.PurgeReport;
import io.outboxrelay.store.PurgeWait;
import io.outboxrelay.store.PurgeWait.Blocker;
import io.outboxrelay.store.PurgeWait.Cause;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PurgeWaitsTest {
    private final AtomicLong nanos = new AtomicLong(-5);
    private final PurgeWaits waits = new PurgeWaits(nanos::get);

    private static PurgeWait session(String partition, int pid) {
        return new PurgeWait(
                partition,
                new Blocker(Cause.OPEN_TRANSACTION, pid, "billing", "shop"),
                Optional.of(Duration.ofSeconds(90)));
    }

    private static PurgeWait behind(String shards) {
        return new PurgeWait("outbox_p0", new Blocker(Cause.SHARDS_BEHIND, 0, shards, ""), Optional.empty());
    }

    private List<String> after(PurgeWait... seen) {
        nanos.addAndGet(Duration.ofSeconds(5).toNanos());
        return waits.linesAfter(new PurgeReport(0, false, List.of(seen), List.of()));
    }

    @Test
    void saysWhoIsWaitedForOnceHeIsSeenTwiceInARow() {
        assertThat(after(session("outbox_p0", 7))).isEmpty();
        assertThat(after()).isEmpty();
        assertThat(after(session("outbox_p0", 7))).isEmpty();
        assertThat(after(session("outbox_p0", 7), session("outbox_p2", 7)))
                .containsExactly("outbox_p0, outbox_p2 cannot be emptied because of a transaction of pid 7 (application"
                        + " 'billing', database shop, open for 90 s); if it should not be open:"
                        + " select pg_terminate_backend(7)");
    }

    @Test
    void saysItAgainAfterAMinuteOnly() {
        after(session("outbox_p0", 7));
        int lines = 0;
        for (int seconds = 0; seconds < 120; seconds += 5) {
            lines += after(session("outbox_p0", 7)).size();
        }
        assertThat(lines).isEqualTo(2);
    }

    @Test
    void everyCauseHasItsOwnMinute() {
        after(session("outbox_p0", 7));
        assertThat(after(session("outbox_p0", 7), session("outbox_p0", 8))).hasSize(1);
        assertThat(after(session("outbox_p0", 7), session("outbox_p0", 8)))
                .singleElement()
                .asString()
                .contains("pid 8");
    }

    @Test
    void shardsBehindAreOneCauseWhicheverTheyAre() {
        after(behind("shard 1"));
        assertThat(after(behind("shards 1, 2"))).singleElement().asString().contains("shards 1, 2");
        assertThat(after(behind("shard 2"))).isEmpty();
    }

    @Test
    void aPreparedTransactionIsNamedByItsGid() {
        PurgeWait prepared = new PurgeWait(
                "outbox_p1", new Blocker(Cause.PREPARED_TRANSACTION, 0, "tx-17", "other"), Optional.empty());
        after(prepared);
        assertThat(after(prepared)).singleElement().asString().contains("'tx-17'", "rollback prepared");
    }
}
