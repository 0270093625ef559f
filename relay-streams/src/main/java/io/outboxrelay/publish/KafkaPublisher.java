package io.outboxrelay.publish;

import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.settings.OutboxSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.kafka.ProducerMessage;
import org.apache.pekko.kafka.ProducerSettings;
import org.apache.pekko.kafka.javadsl.Producer;
import org.apache.pekko.stream.javadsl.Flow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends to Kafka with one idempotent producer (acks=all) that all shards of an outbox on this node share, so that their
 * rows travel in common batches. The client retries for ever and in order; what it cannot retry fails the flow.
 */
public final class KafkaPublisher implements Publisher {
    private static final Logger log = LoggerFactory.getLogger(KafkaPublisher.class);

    private final String outbox;
    private final RecordRouter router;
    private final ProducerSettings<byte[], byte[]> settings;
    private final Executor blocking;
    private final AtomicReference<KafkaProducer<byte[], byte[]>> producer;

    private KafkaPublisher(ActorSystem<?> system, OutboxSettings settings) {
        this.outbox = settings.name();
        Map<String, String> properties = ProducerProperties.of(
                settings.name(), settings.kafka(), settings.reader().maxPayload());
        this.settings = ProducerSettings.create(system, new ByteArraySerializer(), new ByteArraySerializer())
                .withProperties(properties)
                .withParallelism(settings.chunksInFlight())
                .withCloseProducerOnStop(false);
        this.blocking = system.dispatchers().lookup(DispatcherSelector.fromConfig("pekko.kafka.default-dispatcher"));
        this.producer = new AtomicReference<>(newProducer());
        this.router = new RecordRouter(settings.routing(), ProducerProperties.maxRequestBytes(properties));
    }

    /**
     * Opens a publisher; connects when it first sends.
     *
     * @throws RelayException MISCONFIGURED if Kafka's client refuses its configuration
     */
    public static KafkaPublisher open(ActorSystem<?> system, OutboxSettings settings) {
        try {
            return new KafkaPublisher(system, settings);
        } catch (KafkaException e) {
            String servers = settings.kafka().bootstrapServers();
            throw KafkaFaults.classify("Kafka producer of outbox " + settings.name() + " for " + servers, e);
        }
    }

    private KafkaProducer<byte[], byte[]> newProducer() {
        return new KafkaProducer<>(settings.getProperties(), new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public Flow<Chunk, Chunk, NotUsed> flow() {
        KafkaProducer<byte[], byte[]> used = current();
        return Flow.of(Chunk.class)
                .map(this::envelope)
                .via(Producer.flexiFlow(settings.withProducer(used)))
                .map(ProducerMessage.Results::passThrough)
                .mapError(Throwable.class, failure -> failed(used, failure));
    }

    private KafkaProducer<byte[], byte[]> current() {
        return Objects.requireNonNull(producer.get());
    }

    private ProducerMessage.Envelope<byte[], byte[], Chunk> envelope(Chunk chunk) {
        if (chunk.rows().isEmpty()) {
            return ProducerMessage.passThrough(chunk);
        }
        List<ProducerRecord<byte[], byte[]>> messages =
                new ArrayList<>(chunk.rows().size());
        for (OutboxRow row : chunk.rows()) {
            messages.add(router.route(row));
        }
        return ProducerMessage.multi(messages, chunk);
    }

    private RelayException failed(KafkaProducer<byte[], byte[]> used, Throwable failure) {
        if (breaksProducer(failure)) {
            renew(used, failure);
        }
        return KafkaFaults.classify("publish outbox " + outbox, failure);
    }

    /** Errors of one record leave the producer usable; anything else is answered with a new one. */
    private static boolean breaksProducer(Throwable failure) {
        return failure instanceof KafkaException
                && (!(failure instanceof ApiException) || failure instanceof AuthenticationException)
                && !(failure instanceof TimeoutException);
    }

    private void renew(KafkaProducer<byte[], byte[]> broken, Throwable cause) {
        KafkaProducer<byte[], byte[]> fresh = newProducer();
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

    @Override
    public CompletionStage<Done> close() {
        return CompletableFuture.supplyAsync(
                () -> {
                    current().close(Duration.ZERO);
                    return Done.getInstance();
                },
                blocking);
    }
}
