package io.outboxrelay.bench.contest;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * How large the workloads are and who takes part.
 *
 * @param rows sizes of the backlogs of `backlog`; the other backlogs are as large as the first at most
 * @param rates events per second of `steady`; `held` and `crash` use the second one, or the only one
 * @param seconds how long a live workload is measured, after a warm-up
 * @param heldSeconds how long the snapshot is held
 * @param shards but for `idle` (64) and `scale`
 * @param folder for logs and the report
 */
public record ContestOptions(
        List<Integer> rows,
        List<Integer> rates,
        int seconds,
        int heldSeconds,
        int shards,
        Set<Competitor> competitors,
        DebeziumServer.Unpacked debezium,
        Path folder) {

    int rate() {
        return rates.get(Math.min(1, rates.size() - 1));
    }
}
