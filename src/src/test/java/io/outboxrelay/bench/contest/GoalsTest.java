package io.outboxrelay.bench.contest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.outboxrelay.bench.Ratio;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GoalsTest {

    private static Outcome outcome(Workload workload, Competitor competitor, Map<Figure, Double> figures) {
        return new Outcome(workload, "2,000/s", competitor, figures);
    }

    @Test
    void theRelayIsSetAgainstTheBetterDebezium() {
        List<Ratio> goals = Goals.of(List.of(
                outcome(Workload.STEADY, Competitor.RELAY, Map.of(Figure.P50, 3.0, Figure.P99, 10.0)),
                outcome(Workload.STEADY, Competitor.DEBEZIUM, Map.of(Figure.P50, 20.0, Figure.P99, 50.0)),
                outcome(Workload.STEADY, Competitor.DEBEZIUM_LATENCY, Map.of(Figure.P50, 6.0, Figure.P99, 80.0))));
        assertThat(goals)
                .extracting(Ratio::name, Ratio::value, Ratio::met)
                .contains(
                        tuple("steady 2,000/s: p50 ms, relay to the better Debezium", 0.5, true),
                        tuple("steady 2,000/s: p99 ms, relay to the better Debezium", 0.2, true),
                        tuple("steady 2,000/s: relay's p99 ms", 10.0, true));
    }

    @Test
    void whoWasNotMeasuredIsNotCompared() {
        assertThat(Goals.of(List.of(
                        outcome(Workload.BACKLOG, Competitor.RELAY, Map.of(Figure.EVENTS_PER_SECOND, 1_000.0)))))
                .isEmpty();
    }

    @Test
    void aSnapshotHeldIsSetAgainstTheSameRateWithoutOne() {
        List<Ratio> goals = Goals.of(List.of(
                outcome(Workload.STEADY, Competitor.RELAY, Map.of(Figure.P99, 10.0)),
                outcome(Workload.HELD, Competitor.RELAY, Map.of(Figure.P99, 15.0))));
        assertThat(goals)
                .filteredOn(goal -> goal.name().startsWith("held"))
                .singleElement()
                .satisfies(goal -> {
                    assertThat(goal.value()).isEqualTo(1.5);
                    assertThat(goal.met()).isFalse();
                });
    }
}
