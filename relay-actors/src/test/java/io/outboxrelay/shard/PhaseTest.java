package io.outboxrelay.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.fault.Fault;
import org.junit.jupiter.api.Test;

class PhaseTest {
    @Test
    void everyPhaseAShardCanBeInLeadsToItsStop() {
        for (Phase phase : Phase.values()) {
            if (phase != Phase.UNKNOWN && phase != Phase.STOPPED) {
                assertThat(phase.next().contains(Phase.STOPPED) || phase.next().contains(Phase.DRAINING))
                        .as(phase.toString())
                        .isTrue();
            }
        }
    }

    @Test
    void anImpossibleStepIsRefused() {
        ShardState waiting = ShardState.waiting(0);
        assertThatThrownBy(() -> waiting.in(Phase.RELAYING, 1))
                .hasMessage("a shard cannot go from waiting to relaying");
    }

    @Test
    void onlyAPersonEndsAHalt() {
        assertThat(Phase.after(Fault.TRANSIENT)).isEqualTo(Phase.RETRYING);
        assertThat(Phase.after(Fault.MISCONFIGURED)).isEqualTo(Phase.HALTED);
        assertThat(Phase.after(Fault.POISON)).isEqualTo(Phase.HALTED);
    }

    @Test
    void aShardThatIsLeavingDoesNotTurnBack() {
        ShardState leaving = ShardState.waiting(0).heading(Goal.STOP);
        assertThat(leaving.heading(Goal.RELAY).goal()).isEqualTo(Goal.STOP);
        ShardState yielding = ShardState.waiting(0).heading(Goal.YIELD);
        assertThat(yielding.heading(Goal.PAUSE).goal()).isEqualTo(Goal.YIELD);
        assertThat(yielding.heading(Goal.STOP).goal()).isEqualTo(Goal.STOP);
    }
}
