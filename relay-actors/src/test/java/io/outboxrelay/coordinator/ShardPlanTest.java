package io.outboxrelay.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.control.ControlState;
import io.outboxrelay.coordinator.ShardPlan.Wake;
import io.outboxrelay.model.ShardId;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ShardPlanTest {
    private static final ShardId ORDERS_1 = new ShardId("orders", 1);
    private final ShardPlan plan = new ShardPlan(Map.of("orders", 2, "bills", 1), pausing(ORDERS_1));

    @Test
    void namesEveryShardOfEveryOutboxInOrder() {
        assertThat(plan.all())
                .containsExactly(
                        new Wake(new ShardId("bills", 0), false, ""),
                        new Wake(new ShardId("orders", 0), false, ""),
                        new Wake(ORDERS_1, true, "paused by ann"));
    }

    @Test
    void knowsNoShardBeyondTheLast() {
        assertThat(plan.of(ORDERS_1)).contains(new Wake(ORDERS_1, true, "paused by ann"));
        assertThat(plan.of(new ShardId("orders", 2))).isEmpty();
        assertThat(plan.of(new ShardId("mails", 0))).isEmpty();
    }

    @Test
    void namesOnlyWhatChanged() {
        ShardId bills = new ShardId("bills", 0);
        assertThat(plan.with(pausing(bills)).changedSince(plan))
                .containsExactly(new Wake(bills, true, "paused by ann"), new Wake(ORDERS_1, false, ""));
        assertThat(plan.changedSince(plan)).isEmpty();
    }

    @Test
    void ignoresAPausedShardThatNoLongerExists() {
        ShardPlan shrunk = new ShardPlan(Map.of("orders", 1), pausing(ORDERS_1));
        assertThat(shrunk.all()).containsExactly(new Wake(new ShardId("orders", 0), false, ""));
    }

    @Test
    void restsAnOutboxWhileItIsDealtAndTellsNobodyOnceItIsUntilThatIsKnown() {
        ShardPlan running = plan.with(ControlState.EMPTY);
        ShardPlan dealing = running.with(new ControlState(1, Map.of(), Map.of(), Map.of("orders", 3), List.of()));
        assertThat(dealing.changedSince(running))
                .containsExactly(
                        new Wake(new ShardId("orders", 0), true, "rests while outbox orders is dealt to 3 shards"),
                        new Wake(ORDERS_1, true, "rests while outbox orders is dealt to 3 shards"));
        ShardPlan dealt = dealing.with("orders", 3);
        assertThat(dealt.all()).containsExactly(new Wake(new ShardId("bills", 0), false, ""));
        assertThat(dealt.with(ControlState.EMPTY).changedSince(dealt))
                .containsExactly(
                        new Wake(new ShardId("orders", 0), false, ""),
                        new Wake(ORDERS_1, false, ""),
                        new Wake(new ShardId("orders", 2), false, ""));
    }

    private static ControlState pausing(ShardId... shards) {
        return new ControlState(
                1,
                Stream.of(shards).collect(Collectors.toMap(shard -> shard, shard -> "by ann")),
                Map.of(),
                Map.of(),
                List.of());
    }
}
