package io.outboxrelay.metrics;

import static io.outboxrelay.metrics.RelayMetrics.PREFIX;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.outboxrelay.fault.Fault;
import io.outboxrelay.graph.RelayObserver;
import io.outboxrelay.graph.ShardMeter;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.publish.Delivery;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What one shard tells of itself for as long as it is on this node. Thread-safe. */
public final class ShardMetrics implements AutoCloseable {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final String FLOWING = "relaying";
    private static final String RESTING = "paused";

    private final ShardId shard;
    private final RelayMetrics node;
    private final Tags tags;
    private final int maxInFlight;
    private final Counter read;
    private final Counter published;
    private final Counter refused;
    private final Counter settled;
    private final Counter claims;
    private final Counter handOvers;
    private final Clock clock;
    private final Timer publishing;
    private final Timer settling;
    private final DistributionSummary chunkRows;
    private volatile Sample sample = Sample.NONE;
    private final List<Meter> gauges = new ArrayList<>();
    private volatile Run run = Run.NONE;
    private @Nullable Gauge phaseGauge;
    private volatile Standing standing = new Standing("waiting", 0);

    /**
     * What the database said when the shard was last looked at; negative numbers for what it did not say.
     *
     * @param oldestSeconds age of the oldest row that waits
     * @param trouble why this node is not ready; null where the shard is no reason for that
     */
    public record Sample(
            long rowsWaiting,
            double oldestSeconds,
            long rowsParked,
            long aggregatesBlocked,
            boolean stuck,
            @Nullable String trouble) {
        static final Sample NONE = new Sample(0, 0, 0, 0, false, null);
    }

    private record Standing(String phase, long epoch) {}

    /** `oldest` has the time of each chunk that is read and not settled, in order. */
    private record Run(ShardMeter meter, Queue<Instant> oldest) {
        static final Run NONE = new Run(new ShardMeter(), new ConcurrentLinkedQueue<>());
    }

    ShardMetrics(ShardId shard, int maxInFlight, Clock clock, RelayMetrics node) {
        this.shard = shard;
        this.node = node;
        this.maxInFlight = maxInFlight;
        this.clock = clock;
        this.tags = Tags.of("outbox", shard.outbox(), "shard", Integer.toString(shard.number()));
        this.read = node.counter("rows.read", "Rows that a shard handed to the publisher", tags);
        this.published = node.counter("rows.published", "Rows that Kafka acknowledged", tags);
        this.refused = node.counter("rows.refused", "Rows that were put aside instead", tags);
        this.settled = node.counter("rows.settled", "Rows whose position is in the database", tags);
        this.claims = node.counter("shard.claims", "Times that rows began to flow under a new claim", tags);
        this.handOvers = node.counter("shard.handovers", "Times that the shard was drained and given away", tags);
        String outbox = shard.outbox();
        this.publishing = node.latency("publish.latency", "From a row's time to Kafka's acknowledgement", outbox);
        this.settling = node.latency("settle.latency", "From a row's time to its position's being written", outbox);
        this.chunkRows = node.rows("chunk", "Rows that are sent and settled together", outbox);
    }

    /** Shows what holds at each moment, in place of an earlier life of the shard on this node. */
    synchronized void show() {
        gauge("lag", "seconds", "Age of the oldest row that is not settled", ShardMetrics::lagSeconds);
        gauge("rows.waiting", null, "Rows that wait, as last counted", now -> now.sample.rowsWaiting());
        gauge("rows.parked", null, "Rows that are put aside", now -> now.sample.rowsParked());
        gauge("aggregates.blocked", null, "Keys that wait for a row put aside", now -> now.sample.aggregatesBlocked());
        gauge("shard.stuck", null, "1 where rows wait and nothing gets on", now -> now.sample.stuck() ? 1 : 0);
        gauge("shard.epoch", null, "The claim's number", now -> now.standing.epoch());
        gauge(
                "rows.in.flight",
                null,
                "Rows handed to the publisher and not settled: what a crash now would repeat",
                now -> now.run.meter().inFlightRows());
        gauge(
                "rows.in.flight.max",
                null,
                "The bound of the rows in flight, publisher.max-in-flight",
                now -> now.maxInFlight);
        showPhase(standing.phase());
    }

    private void gauge(String name, @Nullable String unit, String description, ToDoubleFunction<ShardMetrics> value) {
        gauges.add(Gauge.builder(PREFIX + name, this, value)
                .description(description)
                .baseUnit(unit)
                .tags(tags)
                .register(node.registry()));
    }

    private synchronized void showPhase(String phase) {
        Gauge next = Gauge.builder(PREFIX + "shard.phase", () -> 1)
                .description("1 with the shard's present phase as label")
                .tags(tags.and("phase", phase))
                .register(node.registry());
        Gauge before = phaseGauge;
        phaseGauge = next;
        if (before != null && before != next) {
            node.registry().remove(before);
        }
    }

    ShardId shard() {
        return shard;
    }

    /** The shard is in another phase now. */
    public void entered(String phase, long epoch) {
        standing = new Standing(phase, epoch);
        if (node.shows(this)) {
            showPhase(phase);
        }
    }

    /** Rows flow under a new claim. */
    public void claimed() {
        claims.increment();
    }

    /** The shard was drained for another node. */
    public void handedOver() {
        handOvers.increment();
    }

    public void failed(Fault fault) {
        node.counter(
                        "failures",
                        "Claims, streams and hand-overs that failed",
                        Tags.of("outbox", shard.outbox(), "fault", fault.name().toLowerCase(Locale.ROOT)))
                .increment();
    }

    /** The database was asked about the shard. */
    public void sampled(Sample now) {
        sample = now;
    }

    /** Why this node is not ready, as it was when the database was last asked. */
    Optional<String> trouble() {
        return Optional.ofNullable(sample.trouble());
    }

    /** Rows settled since the node started, under whatever claim. */
    public long settledRows() {
        return (long) settled.count();
    }

    /** It may be stuck, as far as can be told without the database: it does not relay, or has rows in flight. */
    public boolean isSuspect() {
        return run.meter().inFlightRows() > 0
                || !(standing.phase().equals(FLOWING) || standing.phase().equals(RESTING));
    }

    /** Exact while rows flow; else, and where none are handed out, as old as the last look at the database. */
    private double lagSeconds() {
        Instant head = run.oldest().peek();
        if (head != null) {
            return Math.max(0, Duration.between(head, clock.instant()).toNanos() / NANOS_PER_SECOND);
        }
        return standing.phase().equals(FLOWING) && !sample.stuck() ? 0 : Math.max(0, sample.oldestSeconds());
    }

    /**
     * Counts from now on.
     *
     * @param meter of this run alone; counters go on from one run of a shard to the next
     */
    public RelayObserver begin(ShardMeter meter) {
        Run next = new Run(meter, new ConcurrentLinkedQueue<>());
        run = next;
        return new RelayObserver() {
            @Override
            public void onRead(Chunk chunk) {
                read.increment(chunk.rows().size());
                next.oldest().add(timeOf(chunk));
            }

            @Override
            public void onPublished(Delivery delivery) {
                Chunk chunk = delivery.chunk();
                published.increment(chunk.rows().size() - delivery.refusedRows());
                refused.increment(delivery.refusedRows());
                publishing.record(age(chunk));
            }

            @Override
            public void onSettled(Chunk chunk) {
                settled.increment(chunk.rows().size());
                chunkRows.record(chunk.rows().size());
                settling.record(age(chunk));
                next.oldest().poll();
            }
        };
    }

    /** Of its first row: the chunk's others are younger, or nearly so. */
    private Instant timeOf(Chunk chunk) {
        return chunk.rows().isEmpty() ? clock.instant() : chunk.rows().get(0).createdAt();
    }

    /** Clocks differ: what seems to come from the future took no time. */
    private Duration age(Chunk chunk) {
        Duration age = Duration.between(timeOf(chunk), clock.instant());
        return age.isNegative() ? Duration.ZERO : age;
    }

    /** Nothing runs under the claim any more. */
    public void ended() {
        run = Run.NONE;
    }

    /** The shard is not here any more. */
    @Override
    public void close() {
        node.closed(this);
    }

    synchronized void hide() {
        gauges.forEach(node.registry()::remove);
        gauges.clear();
        if (phaseGauge != null) {
            node.registry().remove(phaseGauge);
            phaseGauge = null;
        }
    }
}
