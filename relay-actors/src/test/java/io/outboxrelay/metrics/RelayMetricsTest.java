package io.outboxrelay.metrics;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.outboxrelay.fault.Fault;
import io.outboxrelay.graph.RelayObserver;
import io.outboxrelay.graph.ShardMeter;
import io.outboxrelay.metrics.ShardMetrics.Sample;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.Position;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.publish.Delivery;
import io.outboxrelay.settings.OtlpSettings;
import io.outboxrelay.settings.Secret;
import io.outboxrelay.store.PurgeReport;
import io.outboxrelay.store.PurgeWait;
import io.outboxrelay.store.PurgeWait.Cause;
import io.outboxrelay.store.Refusal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RelayMetricsTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final ShardId SHARD = new ShardId("orders", 3);
    private static final String LABELS = "{outbox=\"orders\",shard=\"3\"} ";

    private static final Instant CREATED = Instant.parse("2026-11-22T10:00:00Z");

    private Instant now = CREATED.plusSeconds(3);
    private final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    };
    private final ActorTestKit kit = ActorTestKit.create("RelayMetricsTest");
    private final RelayMetrics metrics = RelayMetrics.get(kit.system());

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    @Test
    void countsOverRunsAndForgetsWhatIsInFlightWithItsRun() {
        ShardMetrics shard = metrics.open(SHARD, 500, clock);
        ShardMeter meter = new ShardMeter();
        RelayObserver run = shard.begin(meter);
        Chunk chunk = chunk(5);
        meter.onRead(chunk);
        run.onRead(chunk);
        assertThat(lines())
                .contains(
                        "outbox_relay_rows_read_total" + LABELS + "5.0",
                        "outbox_relay_rows_in_flight" + LABELS + "5.0",
                        "outbox_relay_rows_in_flight_max" + LABELS + "500.0",
                        "outbox_relay_lag_seconds" + LABELS + "3.0");
        Refusal refusal = new Refusal(chunk.rows().get(0), Refusal.Kind.REFUSED, "planned");
        run.onPublished(new Delivery(chunk, List.of(refusal)));
        meter.onSettled(chunk);
        run.onSettled(chunk);
        assertThat(lines())
                .contains(
                        "outbox_relay_rows_published_total" + LABELS + "4.0",
                        "outbox_relay_rows_refused_total" + LABELS + "1.0",
                        "outbox_relay_rows_settled_total" + LABELS + "5.0",
                        "outbox_relay_rows_in_flight" + LABELS + "0.0",
                        "outbox_relay_publish_latency_seconds_sum{outbox=\"orders\"} 3.0",
                        "outbox_relay_settle_latency_seconds_bucket{outbox=\"orders\",le=\"5.0\"} 1",
                        "outbox_relay_settle_latency_seconds_bucket{outbox=\"orders\",le=\"2.0\"} 0");

        shard.ended();
        shard.begin(new ShardMeter()).onRead(chunk(2));
        assertThat(lines()).contains("outbox_relay_rows_read_total" + LABELS + "7.0");
    }

    @Test
    void lagIsThatOfTheOldestChunkThatIsNotSettledAndElseWhatTheDatabaseSaid() {
        ShardMetrics shard = metrics.open(SHARD, 500, clock);
        RelayObserver run = shard.begin(new ShardMeter());
        shard.entered("relaying", 4);
        shard.sampled(new Sample(12, 90.5, 0, 0, false, null));
        assertThat(lines()).contains("outbox_relay_lag_seconds" + LABELS + "0.0");
        Chunk first = chunk(1);
        run.onRead(first);
        now = now.plusSeconds(7);
        run.onRead(chunk(1, now.minusSeconds(3)));
        assertThat(lines()).contains("outbox_relay_lag_seconds" + LABELS + "10.0");
        run.onSettled(first);
        assertThat(lines()).contains("outbox_relay_lag_seconds" + LABELS + "3.0");
        shard.ended();
        shard.entered("halted", 4);
        assertThat(lines())
                .contains("outbox_relay_lag_seconds" + LABELS + "90.5", "outbox_relay_rows_waiting" + LABELS + "12.0");
    }

    @Test
    void sendsWhatItCountsToACollectorForAsLongAsTheNodeRuns() throws Exception {
        List<String> bodies = new CopyOnWriteArrayList<>();
        HttpServer collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/metrics", request -> {
            bodies.add(request.getRequestHeaders().getFirst("Authorization") + " "
                    + new String(request.getRequestBody().readAllBytes(), ISO_8859_1));
            request.sendResponseHeaders(200, -1);
            request.close();
        });
        collector.start();
        try {
            String url = "http://127.0.0.1:" + collector.getAddress().getPort() + "/v1/metrics";
            metrics.send(
                    new OtlpSettings(url, Duration.ofSeconds(1), Map.of("Authorization", new Secret("Bearer x"))),
                    "here:1");
            ShardMetrics shard = metrics.open(SHARD, 500, clock);
            RelayObserver run = shard.begin(new ShardMeter());
            run.onRead(chunk(5));
            await().atMost(LIMIT)
                    .until(() -> bodies.stream()
                            .anyMatch(body -> body.startsWith("Bearer x ")
                                    && body.contains("outbox.relay.rows.read")
                                    && body.contains("outbox.relay.lag")
                                    && body.contains("here:1")));
            kit.shutdownTestKit();
            await().atMost(LIMIT)
                    .until(() -> Thread.getAllStackTraces().keySet().stream()
                            .noneMatch(thread -> thread.getName().startsWith("otlp-metrics-publisher")));
        } finally {
            collector.stop(0);
        }
    }

    @Test
    void tellsWhyTheNodeIsNotReadyForAsLongAsThatHoldsAndTheShardIsHere() {
        ShardMetrics shard = metrics.open(SHARD, 500, clock);
        assertThat(metrics.troubles()).isEmpty();
        shard.sampled(new Sample(12, 90.5, 0, 0, true, "no broker"));
        assertThat(metrics.troubles()).containsExactly("shard orders/3: no broker");
        shard.sampled(new Sample(12, 90.5, 0, 0, true, null));
        assertThat(metrics.troubles()).isEmpty();
        shard.sampled(new Sample(12, 90.5, 0, 0, true, "no broker"));
        shard.close();
        assertThat(metrics.troubles()).isEmpty();
    }

    @Test
    void showsOnePhaseAndOnlyTheLastLifeOfAShard() {
        ShardMetrics former = metrics.open(SHARD, 500, clock);
        former.entered("relaying", 4);
        ShardMetrics present = metrics.open(SHARD, 500, clock);
        present.entered("claiming", 4);
        present.entered("paused", 5);
        former.entered("stopped", 4);
        former.close();
        assertThat(lines().stream().filter(line -> line.startsWith("outbox_relay_shard_phase")))
                .containsExactly("outbox_relay_shard_phase{outbox=\"orders\",phase=\"paused\",shard=\"3\"} 1.0");
        assertThat(lines()).contains("outbox_relay_shard_epoch" + LABELS + "5.0");
        assertThat(metrics.shards()).containsExactly(SHARD);
        present.close();
        assertThat(metrics.shards()).isEmpty();
        assertThat(lines()).noneMatch(line -> line.contains("phase") || line.contains("in_flight"));
    }

    @Test
    void countsThePartsThatWaitByCauseUntilTheyDoNot() {
        PurgeWait seven = waiting("outbox_p0", Cause.OPEN_TRANSACTION, 7);
        PurgeWait eight = waiting("outbox_p0", Cause.OPEN_TRANSACTION, 8);
        PurgeWait behind = waiting("outbox_p1", Cause.SHARDS_BEHIND, 0);
        metrics.purged("orders", new PurgeReport(0, false, List.of(seven, eight, behind), List.of()));
        assertThat(lines())
                .contains(
                        "outbox_relay_purge_waits{cause=\"open_transaction\",outbox=\"orders\"} 1.0",
                        "outbox_relay_purge_waits{cause=\"prepared_transaction\",outbox=\"orders\"} 0.0",
                        "outbox_relay_purge_waits{cause=\"shards_behind\",outbox=\"orders\"} 1.0");
        metrics.purged("orders", PurgeReport.NOTHING);
        assertThat(lines().stream().filter(line -> line.startsWith("outbox_relay_purge_waits")))
                .hasSize(3)
                .allMatch(line -> line.endsWith(" 0.0"));
    }

    private static PurgeWait waiting(String part, Cause cause, int pid) {
        return new PurgeWait(part, new PurgeWait.Blocker(cause, pid, "", ""), Optional.empty());
    }

    @Test
    void everyMetricIsInTheDocumentAndNoOther() throws Exception {
        ShardMetrics shard = metrics.open(SHARD, 500, clock);
        shard.failed(Fault.TRANSIENT);
        metrics.purged("orders", PurgeReport.NOTHING);
        metrics.purgeFailed("orders");
        String document = Files.readString(Path.of("..", "docs", "metrics.md"));
        assertThat(names("^# TYPE (outbox_relay_[a-z_]+) ", metrics.scrape()))
                .isNotEmpty()
                .isEqualTo(names("^\\| `(outbox_relay_[a-z_]+)` \\|", document));
    }

    private static Set<String> names(String pattern, String text) {
        return Pattern.compile(pattern, Pattern.MULTILINE)
                .matcher(text)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private List<String> lines() {
        return metrics.scrape()
                .lines()
                .filter(line -> line.startsWith("outbox_relay_"))
                .toList();
    }

    private static Chunk chunk(int rows) {
        return chunk(rows, CREATED);
    }

    private static Chunk chunk(int rows, Instant created) {
        List<OutboxRow> list = IntStream.range(0, rows)
                .mapToObj(n -> new OutboxRow(n, "e" + n, "order", "7", "paid", null, null, created))
                .toList();
        return new Chunk(SHARD, list, new Position() {});
    }
}
