package io.outboxrelay.metrics;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.settings.OtlpSettings;
import io.outboxrelay.store.PurgeReport;
import io.outboxrelay.store.PurgeWait;
import io.outboxrelay.store.PurgeWait.Cause;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of one node; docs/metrics.md lists them all. What pools and producers say of themselves comes through
 * Micrometer's global registry, as they offer it. Thread-safe.
 */
public final class RelayMetrics implements Extension {
    static final String PREFIX = "outbox.relay.";

    private static final Duration[] LATENCIES = Stream.of(
                    1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000)
            .map(Duration::ofMillis)
            .toArray(Duration[]::new);
    private static final double[] ROWS = {1, 10, 50, 100, 250, 500, 1000, 2500};

    private final PrometheusMeterRegistry served = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final CompositeMeterRegistry registry = new CompositeMeterRegistry(Clock.SYSTEM, List.of(served));
    private final AtomicReference<@Nullable MeterRegistry> sent = new AtomicReference<>();
    private final Map<ShardId, ShardMetrics> shards = new ConcurrentHashMap<>();
    private final Map<Tags, AtomicInteger> purgeWaits = new ConcurrentHashMap<>();

    /** Identifies the extension to Pekko. */
    public static final class Id extends ExtensionId<RelayMetrics> {
        private static final Id INSTANCE = new Id();

        private Id() {}

        @Override
        public RelayMetrics createExtension(ActorSystem<?> system) {
            return new RelayMetrics(system);
        }
    }

    private RelayMetrics(ActorSystem<?> system) {
        List.of(
                        new JvmMemoryMetrics(),
                        new JvmThreadMetrics(),
                        new ClassLoaderMetrics(),
                        new ProcessorMetrics(),
                        new FileDescriptorMetrics(),
                        new UptimeMetrics())
                .forEach(binder -> binder.bindTo(registry));
        JvmGcMetrics collections = new JvmGcMetrics();
        collections.bindTo(registry);
        Metrics.addRegistry(registry);
        system.getWhenTerminated().thenRun(() -> {
            Metrics.removeRegistry(registry);
            collections.close();
            MeterRegistry sending = sent.get();
            if (sending != null) {
                sending.close();
            }
        });
    }

    public static RelayMetrics get(ActorSystem<?> system) {
        return Id.INSTANCE.apply(system);
    }

    /** In the text format that Prometheus asks for. */
    public String scrape() {
        return served.scrape();
    }

    /**
     * Begins to send everything to a collector too, until the node ends; once for each node.
     *
     * @param instance what the node is called there
     */
    public void send(OtlpSettings settings, String instance) {
        MeterRegistry sending = OtlpPush.start(settings, instance);
        if (!sent.compareAndSet(null, sending)) {
            sending.close();
            throw new IllegalStateException("the metrics of this node are being sent already");
        }
        registry.add(sending);
    }

    /**
     * Begins to tell of a shard that is here now, until it is closed.
     *
     * @param maxInFlight the bound that its rows in flight have
     * @param clock that rows' times are compared with
     */
    public synchronized ShardMetrics open(ShardId shard, int maxInFlight, java.time.Clock clock) {
        ShardMetrics metrics = new ShardMetrics(shard, maxInFlight, clock, this);
        ShardMetrics before = shards.put(shard, metrics);
        if (before != null) {
            before.hide();
        }
        metrics.show();
        return metrics;
    }

    /** Another life of the shard on this node may have begun already. */
    synchronized void closed(ShardMetrics metrics) {
        if (shards.remove(metrics.shard(), metrics)) {
            metrics.hide();
        }
    }

    boolean shows(ShardMetrics metrics) {
        return shards.get(metrics.shard()) == metrics;
    }

    /** Those that are here now, by outbox and number. */
    public List<ShardId> shards() {
        return shards.keySet().stream()
                .sorted((a, b) -> a.outbox().equals(b.outbox())
                        ? Integer.compare(a.number(), b.number())
                        : a.outbox().compareTo(b.outbox()))
                .toList();
    }

    /** Why this node is not ready, in words: a line for each shard that stands still because of it. */
    public List<String> troubles() {
        return shards().stream()
                .flatMap(shard ->
                        of(shard).flatMap(ShardMetrics::trouble).stream().map(why -> "shard " + shard + ": " + why))
                .toList();
    }

    /** Empty if it is not here any more. */
    public Optional<ShardMetrics> of(ShardId shard) {
        return Optional.ofNullable(shards.get(shard));
    }

    /** What one purge of an outbox did. */
    public void purged(String outbox, PurgeReport report) {
        Tags tags = Tags.of("outbox", outbox);
        counter("purged.parts", "Drained parts of the table that were emptied", tags)
                .increment(report.emptied());
        for (Cause cause : Cause.values()) {
            long parts = report.waits().stream()
                    .filter(wait -> wait.blocker().cause() == cause)
                    .map(PurgeWait::partition)
                    .distinct()
                    .count();
            purgeWaits(tags.and("cause", cause.toString())).set((int) parts);
        }
    }

    private AtomicInteger purgeWaits(Tags tags) {
        return purgeWaits.computeIfAbsent(tags, all -> {
            AtomicInteger waits = new AtomicInteger();
            Gauge.builder(PREFIX + "purge.waits", waits, AtomicInteger::get)
                    .description("Parts of the table that hold sent rows and could not be emptied")
                    .tags(all)
                    .register(registry);
            return waits;
        });
    }

    /** A purge of an outbox did not come to its end. */
    public void purgeFailed(String outbox) {
        counter("purge.failures", "Purges that failed", Tags.of("outbox", outbox))
                .increment();
    }

    MeterRegistry registry() {
        return registry;
    }

    Counter counter(String name, String description, Tags tags) {
        return Counter.builder(PREFIX + name)
                .description(description)
                .tags(tags)
                .register(registry);
    }

    Timer latency(String name, String description, String outbox) {
        return Timer.builder(PREFIX + name)
                .description(description)
                .tag("outbox", outbox)
                .serviceLevelObjectives(LATENCIES)
                .register(registry);
    }

    DistributionSummary rows(String name, String description, String outbox) {
        return DistributionSummary.builder(PREFIX + name)
                .description(description)
                .baseUnit("rows")
                .tag("outbox", outbox)
                .serviceLevelObjectives(ROWS)
                .register(registry);
    }
}
