package io.outboxrelay.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.graph.ShardMeter;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.Position;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.publish.Delivery;
import io.outboxrelay.store.Refusal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RelayMetricsTest {
    private static final ShardId SHARD = new ShardId("orders", 3);
    private static final String LABELS = "{outbox=\"orders\",shard=\"3\"} ";

    private final ActorTestKit kit = ActorTestKit.create("RelayMetricsTest");
    private final RelayMetrics metrics = RelayMetrics.get(kit.system());

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    @Test
    void countsOverRunsAndForgetsWhatIsInFlightWithItsRun() {
        ShardMeter meter = new ShardMeter();
        RelayMetrics.Run run = metrics.begin(SHARD, meter, 500);
        Chunk chunk = chunk(5);
        meter.onRead(chunk);
        run.onRead(chunk);
        assertThat(lines())
                .contains(
                        "outbox_relay_rows_read_total" + LABELS + "5.0",
                        "outbox_relay_rows_in_flight" + LABELS + "5.0",
                        "outbox_relay_rows_in_flight_max" + LABELS + "500.0");
        Refusal refusal = new Refusal(chunk.rows().get(0), Refusal.Kind.REFUSED, "planned");
        run.onPublished(new Delivery(chunk, List.of(refusal)));
        meter.onSettled(chunk);
        run.onSettled(chunk);
        assertThat(lines())
                .contains(
                        "outbox_relay_rows_published_total" + LABELS + "4.0",
                        "outbox_relay_rows_refused_total" + LABELS + "1.0",
                        "outbox_relay_rows_settled_total" + LABELS + "5.0",
                        "outbox_relay_rows_in_flight" + LABELS + "0.0");

        run.close();
        assertThat(lines()).noneMatch(line -> line.contains("in_flight"));
        RelayMetrics.Run next = metrics.begin(SHARD, new ShardMeter(), 500);
        next.onRead(chunk(2));
        assertThat(lines()).contains("outbox_relay_rows_read_total" + LABELS + "7.0");
    }

    @Test
    void everyMetricIsInTheDocumentAndNoOther() throws Exception {
        metrics.begin(SHARD, new ShardMeter(), 500);
        Set<String> exported = lines().stream()
                .map(line -> line.substring(0, line.indexOf('{')))
                .collect(Collectors.toCollection(TreeSet::new));
        String document = Files.readString(Path.of("..", "docs", "metrics.md"));
        Set<String> documented = Pattern.compile("^\\| `([a-z_]+)` \\|", Pattern.MULTILINE)
                .matcher(document)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(exported).isNotEmpty().isEqualTo(documented);
    }

    private List<String> lines() {
        return metrics.scrape().lines().filter(line -> !line.startsWith("#")).toList();
    }

    private static Chunk chunk(int rows) {
        List<OutboxRow> list = IntStream.range(0, rows)
                .mapToObj(n -> new OutboxRow(n, "e" + n, "order", "7", "paid", null, null, Instant.EPOCH))
                .toList();
        return new Chunk(SHARD, list, new Position() {});
    }
}
