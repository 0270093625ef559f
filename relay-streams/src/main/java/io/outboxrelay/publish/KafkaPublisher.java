package io.outboxrelay.publish;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.publish.Departures.Load;
import io.outboxrelay.publish.Departures.Lounge;
import io.outboxrelay.publish.lane.LaneFence;
import io.outboxrelay.publish.lane.LaneSettings;
import io.outboxrelay.settings.KafkaSettings;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.Handover;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.kafka.ProducerMessage;
import org.apache.pekko.kafka.ProducerSettings;
import org.apache.pekko.kafka.javadsl.Producer;
import org.apache.pekko.stream.javadsl.Flow;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends to Kafka, at least once, with one idempotent producer (acks=all) that all shards of an outbox on this node share,
 * so that their rows travel in common batches. The client retries for ever and in order; what it cannot retry ends the
 * producer, before anything behind it is sent, and fails the flows.
 */
public final class KafkaPublisher implements Publisher {
    private static final Logger log = LoggerFactory.getLogger(KafkaPublisher.class);

    private final String outbox;
    private final ProducerSettings<byte[], byte[]> settings;
    private final KafkaSettings kafka;
    private final Executor blocking;
    private final Departures departures;
    private final LaneCarriers formerCarriers;
    private final AtomicReference<StoppingProducer> producer;

    /** No larger than what the strictest topic takes: too large a batch would have to be cut again and again. */
    private volatile int batchBytes;

    private KafkaPublisher(ActorSystem<?> system, OutboxSettings settings, Stamp stamp) {
        this.outbox = settings.name();
        this.kafka = settings.kafka();
        long maxPayload = settings.reader().maxPayload();
        Map<String, String> properties = ProducerProperties.of(settings.name(), settings.kafka(), maxPayload);
        this.settings = ProducerSettings.create(system, new ByteArraySerializer(), new ByteArraySerializer())
                .withProperties(properties)
                .withParallelism(Departures.CHUNKS_UNDER_WAY)
                .withCloseProducerOnStop(false)
                .withDispatcher(""); // that of the stream
        this.blocking = system.dispatchers().lookup(DispatcherSelector.fromConfig("pekko.kafka.default-dispatcher"));
        this.batchBytes = ProducerProperties.batchBytes(properties);
        this.producer = new AtomicReference<>(newProducer());
        this.departures = new Departures(system, settings, stamp, properties, blocking, this::turnBack);
        LaneSettings lanes = LaneSettings.of(outbox, settings.kafka(), maxPayload);
        this.formerCarriers = new LaneCarriers(outbox, new LaneFence(system, lanes, KafkaFaults::classify));
    }

    /**
     * Opens a publisher; connects when it first sends.
     *
     * @throws RelayException MISCONFIGURED if Kafka's client refuses its configuration
     */
    public static KafkaPublisher open(ActorSystem<?> system, OutboxSettings settings) {
        return open(system, settings, Stamp.deliveries(settings));
    }

    /**
     * Opens one that sends events again, with a producer of its own, so that it cannot disturb what goes out for the first
     * time. Each record carries {@link Replay#HEADER}.
     *
     * @param topic for all of them; empty: where they were sent before
     * @throws RelayException MISCONFIGURED if Kafka's client refuses its configuration
     */
    public static KafkaPublisher replaying(ActorSystem<?> system, OutboxSettings live, String replay, String topic) {
        return open(system, Replay.of(live, topic), Stamp.replay(replay));
    }

    private static KafkaPublisher open(ActorSystem<?> system, OutboxSettings settings, Stamp stamp) {
        try {
            return new KafkaPublisher(system, settings, stamp);
        } catch (KafkaException e) {
            String servers = settings.kafka().bootstrapServers();
            throw KafkaFaults.classify("Kafka producer of outbox " + settings.name() + " for " + servers, e);
        }
    }

    private StoppingProducer newProducer() {
        Map<String, Object> fitting = new TreeMap<>(settings.getProperties());
        fitting.put(ProducerConfig.BATCH_SIZE_CONFIG, Integer.toString(batchBytes));
        return new StoppingProducer(fitting, blocking);
    }

    /** There is a carrier only if the outbox was published exactly once before. */
    @Override
    public CompletionStage<Handover.Terms> takeOver(ShardId shard, long epoch, @Nullable String carrier) {
        return carrier == null
                ? Handover.NONE.takeOver(shard, epoch, null)
                : formerCarriers.shutOut(shard, carrier).thenApply(carried -> new Handover.Terms(carried, null));
    }

    @Override
    public CompletionStage<Done> reach() {
        return KafkaCheck.reach(kafka, blocking);
    }

    @Override
    public Flow<Chunk, Delivery, NotUsed> flow(Gate gate) {
        StoppingProducer used = current();
        Lounge lounge = departures.enter(gate);
        return Flow.of(Chunk.class)
                .mapAsync(1, lounge::depart)
                .map(this::envelope)
                .via(Producer.flexiFlow(settings.withProducer(used)))
                .map(sent -> {
                    lounge.arrived(sent.passThrough());
                    return sent.passThrough().screened().delivered();
                })
                .mapError(Throwable.class, failure -> failed(used, failure))
                .watchTermination((same, done) -> {
                    done.whenComplete((end, failure) -> lounge.leave());
                    return same;
                });
    }

    private StoppingProducer current() {
        return Objects.requireNonNull(producer.get());
    }

    private ProducerMessage.Envelope<byte[], byte[], Load> envelope(Load load) {
        fitBatches();
        List<ProducerRecord<byte[], byte[]>> messages = load.messages();
        return messages.isEmpty()
                ? ProducerMessage.passThrough(load)
                : ProducerMessage.single(new Parcel(messages), load);
    }

    private void fitBatches() {
        int smallest = departures.smallestBatchBytes();
        if (smallest < batchBytes) {
            batchBytes = smallest;
            RelayException reason = new RelayException(
                    Fault.TRANSIENT,
                    "a topic takes batches of " + smallest + " bytes at most, so smaller ones are sent");
            current().stopBecause(new ProducerRecord<>("any", null), reason);
            throw reason;
        }
    }

    private RelayException failed(StoppingProducer used, Throwable failure) {
        StoppingProducer.Stop stop = used.stop();
        if (stop == null) {
            return KafkaFaults.classify("publish outbox " + outbox, failure);
        }
        renew(used, stop.cause());
        String topic = stop.record().topic();
        RelayException cause = KafkaFaults.classify("publish outbox " + outbox + " to topic " + topic, stop.cause());
        if (cause.fault() == Fault.POISON) {
            departures.refused(stop.record(), String.valueOf(cause.getMessage()));
        } else if (KafkaFaults.isOfOneTopic(stop.cause())) {
            departures.doubt(topic);
        } else {
            return cause;
        }
        return new RelayException(Fault.TRANSIENT, cause.getMessage() + "; the rows in flight are sent again", cause);
    }

    private void renew(StoppingProducer broken, Throwable cause) {
        if (producer.get() != broken) {
            return;
        }
        StoppingProducer fresh = newProducer();
        if (producer.compareAndSet(broken, fresh)) {
            log.atWarn()
                    .addKeyValue("outbox", outbox)
                    .addKeyValue("cause", cause.toString())
                    .log("Kafka producer replaced");
            blocking.execute(() -> broken.close(Duration.ZERO));
        } else {
            blocking.execute(() -> fresh.close(Duration.ZERO));
        }
    }

    private void turnBack(String topic, RelayException problem) {
        current().stopBecause(new ProducerRecord<>(topic, null), problem);
    }

    @Override
    public CompletionStage<Done> close() {
        return CompletableFuture.supplyAsync(
                () -> {
                    current().close(Duration.ZERO);
                    departures.close();
                    return Done.getInstance();
                },
                blocking);
    }
}
