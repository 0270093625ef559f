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

class PurgeLookTest {
    private final AtomicLong nanos = new AtomicLong(-7);
    private final PurgeLook look = new PurgeLook("orders", nanos::get);

    private void pass(int seconds) {
        nanos.addAndGet(Duration.ofSeconds(seconds).toNanos());
    }

    private static PurgeWait behind(String part, String shards) {
        return new PurgeWait(part, new Blocker(Cause.SHARDS_BEHIND, 0, shards, ""), Optional.empty());
    }

    private static PurgeReport found(PurgeWait... waits) {
        return new PurgeReport(0, false, List.of(waits), List.of(new PurgeReport.Part("outbox_p0", true, 8192, 200)));
    }

    @Test
    void knowsNothingBeforeTheFirstPurge() {
        assertThat(look.state()).isEqualTo(new PurgeState("orders", null, null, List.of(), List.of()));
    }

    @Test
    void countsAWaitFromWhenItWasSeenFirstUntilItIsOver() {
        look.did(found(behind("outbox_p1", "shard 1")));
        pass(60);
        look.did(found(behind("outbox_p1", "shards 1, 2"), behind("outbox_p2", "shard 1")));
        pass(5);
        PurgeState state = look.state();
        assertThat(state.lastSecondsAgo()).isEqualTo(5);
        assertThat(state.parts()).containsExactly(new PurgeState.Part("outbox_p0", true, 8192, 200));
        assertThat(state.waits())
                .containsExactly(
                        new PurgeState.Wait(
                                "outbox_p1",
                                "shards_behind",
                                "shards 1, 2, which did not acknowledge its rows yet",
                                65),
                        new PurgeState.Wait(
                                "outbox_p2", "shards_behind", "shard 1, which did not acknowledge its rows yet", 5));
        look.did(found());
        look.did(found(behind("outbox_p1", "shard 1")));
        assertThat(look.state().waits()).extracting(PurgeState.Wait::forSeconds).containsExactly(0.0);
    }

    @Test
    void aFailureIsShownUntilAPurgeWorks() {
        look.did(found(behind("outbox_p1", "shard 1")));
        pass(10);
        look.failed("denied");
        assertThat(look.state().lastFailure()).isEqualTo("denied");
        assertThat(look.state().lastSecondsAgo()).isEqualTo(10);
        assertThat(look.state().waits()).hasSize(1);
        look.did(found());
        assertThat(look.state().lastFailure()).isNull();
    }
}
