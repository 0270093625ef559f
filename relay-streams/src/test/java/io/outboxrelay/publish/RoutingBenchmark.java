package io.outboxrelay.publish;

import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.testkit.TestSettings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What is made of every row on its way to Kafka: topic, key, value and headers; payloads of 300 bytes. */
@State(Scope.Thread)
public class RoutingBenchmark {
    public static final int ROWS = 500;

    private final RecordRouter router = new RecordRouter(TestSettings.ROUTING, 1 << 20);
    private final List<OutboxRow> bare = rows(null);
    private final List<OutboxRow> traced =
            rows("{\"traceparent\": \"00-0af7651916cd43dd8448eb211c80319c-01\", \"n\": 5}");

    private static List<OutboxRow> rows(String headers) {
        List<OutboxRow> rows = new ArrayList<>(ROWS);
        for (int n = 0; n < ROWS; n++) {
            rows.add(new OutboxRow(
                    n,
                    "8c5d2f0e-0c1b-4c57-9d3c-" + (100_000_000_000L + n),
                    "order",
                    "order-" + n,
                    "OrderPlaced",
                    new byte[300],
                    headers,
                    Instant.ofEpochSecond(1_700_000_000)));
        }
        return rows;
    }

    /** With what every record has. */
    @Benchmark
    @OperationsPerInvocation(ROWS)
    public List<Object> route() {
        return routed(bare);
    }

    /** With two headers of the event's own, from JSON. */
    @Benchmark
    @OperationsPerInvocation(ROWS)
    public List<Object> routeWithHeaders() {
        return routed(traced);
    }

    private List<Object> routed(List<OutboxRow> rows) {
        List<Object> records = new ArrayList<>(ROWS);
        for (OutboxRow row : rows) {
            records.add(router.route(row));
        }
        return records;
    }
}
