package io.outboxrelay.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.outboxrelay.graph.RelayObserver;
import io.outboxrelay.graph.ShardMeter;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.publish.Delivery;
import java.util.List;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;

/** The metrics of one node; docs/metrics.md lists them all. Thread-safe. */
public final class RelayMetrics implements Extension {
    private static final String PREFIX = "outbox.relay.rows.";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    /** Identifies the extension to Pekko. */
    public static final class Id extends ExtensionId<RelayMetrics> {
        private static final Id INSTANCE = new Id();

        private Id() {}

        @Override
        public RelayMetrics createExtension(ActorSystem<?> system) {
            return new RelayMetrics();
        }
    }

    private RelayMetrics() {}

    public static RelayMetrics get(ActorSystem<?> system) {
        return Id.INSTANCE.apply(system);
    }

    /** In the text format that Prometheus asks for. */
    public String scrape() {
        return registry.scrape();
    }

    /** What one run of a shard's stream does, counted until it is closed. */
    public interface Run extends RelayObserver, AutoCloseable {
        @Override
        void close();
    }

    /**
     * Counts from now on.
     *
     * @param meter of this run alone; counters go on from one run of a shard to the next
     * @param maxInFlight the bound that the meter's rows in flight have
     */
    public Run begin(ShardId shard, ShardMeter meter, int maxInFlight) {
        Tags tags = Tags.of("outbox", shard.outbox(), "shard", Integer.toString(shard.number()));
        Counter read = counter("read", "Rows that a shard handed to the publisher", tags);
        Counter published = counter("published", "Rows that Kafka acknowledged", tags);
        Counter refused = counter("refused", "Rows that were put aside instead", tags);
        Counter settled = counter("settled", "Rows whose position is in the database", tags);
        List<Meter> gauges = List.of(
                Gauge.builder(PREFIX + "in.flight", meter, ShardMeter::inFlightRows)
                        .description("Rows handed to the publisher and not settled: what a crash now would repeat")
                        .tags(tags)
                        .register(registry),
                Gauge.builder(PREFIX + "in.flight.max", () -> maxInFlight)
                        .description("The bound of the rows in flight, publisher.max-in-flight")
                        .tags(tags)
                        .register(registry));
        return new Run() {
            @Override
            public void onRead(Chunk chunk) {
                read.increment(chunk.rows().size());
            }

            @Override
            public void onPublished(Delivery delivery) {
                published.increment(delivery.chunk().rows().size() - delivery.refusedRows());
                refused.increment(delivery.refusedRows());
            }

            @Override
            public void onSettled(Chunk chunk) {
                settled.increment(chunk.rows().size());
            }

            @Override
            public void close() {
                gauges.forEach(registry::remove);
            }
        };
    }

    private Counter counter(String name, String description, Tags tags) {
        return Counter.builder(PREFIX + name)
                .description(description)
                .tags(tags)
                .register(registry);
    }
}
