package io.outboxrelay.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.coordinator.ShardPlan.Wake;
import io.outboxrelay.model.ShardId;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ShardPlanTest {
    private static final ShardId ORDERS_1 = new ShardId("orders", 1);
    private final ShardPlan plan = new ShardPlan(Map.of("orders", 2, "bills", 1), Set.of(ORDERS_1));

    @Test
    void namesEveryShardOfEveryOutboxInOrder() {
        assertThat(plan.all())
                .containsExactly(
                        new Wake(new ShardId("bills", 0), false),
                        new Wake(new ShardId("orders", 0), false),
                        new Wake(ORDERS_1, true));
    }

    @Test
    void knowsNoShardBeyondTheLast() {
        assertThat(plan.of(ORDERS_1)).contains(new Wake(ORDERS_1, true));
        assertThat(plan.of(new ShardId("orders", 2))).isEmpty();
        assertThat(plan.of(new ShardId("mails", 0))).isEmpty();
    }

    @Test
    void namesOnlyWhatChanged() {
        ShardId bills = new ShardId("bills", 0);
        assertThat(plan.pausing(Set.of(bills)).changedSince(plan))
                .containsExactly(new Wake(bills, true), new Wake(ORDERS_1, false));
        assertThat(plan.changedSince(plan)).isEmpty();
    }

    @Test
    void ignoresAPausedShardThatNoLongerExists() {
        ShardPlan shrunk = new ShardPlan(Map.of("orders", 1), Set.of(ORDERS_1));
        assertThat(shrunk.all()).containsExactly(new Wake(new ShardId("orders", 0), false));
    }
}
