package io.outboxrelay.publish;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.publish.Flights.Flight;
import io.outboxrelay.publish.Gate.Screened;
import io.outboxrelay.settings.OutboxSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.Cancellable;
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
 * Sends to Kafka with one idempotent producer (acks=all) that all shards of an outbox on this node share, so that their
 * rows travel in common batches. The client retries for ever and in order; what it cannot retry ends the producer, before
 * anything behind it is sent, and fails the flows.
 */
public final class KafkaPublisher implements Publisher {
    private static final Logger log = LoggerFactory.getLogger(KafkaPublisher.class);

    /** How long an acknowledgement may take before somebody looks what is the matter with the topic. */
    private static final Duration OVERDUE = Duration.ofSeconds(10);

    /** How long Kafka may take to create a topic by itself. */
    private static final String CREATE_WITHIN_MILLIS = "3000";

    private final String outbox;
    private final Map<String, String> properties;
    private final ProducerSettings<byte[], byte[]> settings;
    private final Executor blocking;
    private final RecordRouter router;
    private final TopicDirectory topics;
    private final Refusals refusals = new Refusals();
    private final RecordCheck check;
    private final DeadLetters deadLetters;
    private final Flights flights;
    private final Set<Gate> gates = ConcurrentHashMap.newKeySet();
    private final AtomicReference<StoppingProducer> producer;
    private final Cancellable checks;

    /** No larger than what the strictest topic takes: too large a batch would have to be cut again and again. */
    private volatile int batchBytes;

    private KafkaPublisher(ActorSystem<?> system, OutboxSettings settings) {
        this.outbox = settings.name();
        this.properties = ProducerProperties.of(
                settings.name(), settings.kafka(), settings.reader().maxPayload());
        this.settings = ProducerSettings.create(system, new ByteArraySerializer(), new ByteArraySerializer())
                .withProperties(properties)
                .withParallelism(settings.publisher().chunksInFlight())
                .withCloseProducerOnStop(false);
        this.blocking = system.dispatchers().lookup(DispatcherSelector.fromConfig("pekko.kafka.default-dispatcher"));
        this.batchBytes = ProducerProperties.batchBytes(properties);
        this.producer = new AtomicReference<>(newProducer());
        this.router = new RecordRouter(settings.routing(), ProducerProperties.maxRequestBytes(properties));
        this.topics = new TopicDirectory(settings.kafka(), this::createByUse, blocking);
        this.check = new RecordCheck(topics, refusals, properties);
        this.deadLetters = new DeadLetters(outbox, settings.publisher().deadLetterTopic(), topics);
        this.flights = new Flights(ProducerProperties.bufferBytes(properties) / 2);
        this.checks = system.scheduler()
                .scheduleWithFixedDelay(
                        settings.publisher().topicCheckInterval(),
                        settings.publisher().topicCheckInterval(),
                        this::checkTopics,
                        system.executionContext());
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

    private StoppingProducer newProducer() {
        Map<String, Object> fitting = new TreeMap<>(settings.getProperties());
        fitting.put(ProducerConfig.BATCH_SIZE_CONFIG, Integer.toString(batchBytes));
        return new StoppingProducer(fitting, blocking);
    }

    @Override
    public Flow<Chunk, Delivery, NotUsed> flow(Gate gate) {
        StoppingProducer used = current();
        Set<Flight> mine = ConcurrentHashMap.newKeySet();
        gates.add(gate);
        return Flow.of(Chunk.class)
                .mapAsync(1, chunk -> depart(gate, mine, chunk))
                .map(this::envelope)
                .via(Producer.flexiFlow(settings.withProducer(used)))
                .map(sent -> arrived(mine, sent.passThrough()))
                .mapError(Throwable.class, failure -> failed(used, failure))
                .watchTermination((same, done) -> {
                    done.whenComplete((end, failure) -> {
                        gates.remove(gate);
                        mine.forEach(flights::land);
                    });
                    return same;
                });
    }

    private StoppingProducer current() {
        return Objects.requireNonNull(producer.get());
    }

    /** What there is to be sent of a chunk, for which there is room now. */
    private record Load(Screened<RowRecord> screened, List<ProducerRecord<byte[], byte[]>> letters, Flight flight) {}

    /** What became of a row on its way to a record: one of the two. */
    private record Routed(
            @Nullable RowRecord message, @Nullable RelayException error) {}

    private CompletionStage<Load> depart(Gate gate, Set<Flight> mine, Chunk chunk) {
        Set<String> destinations = new HashSet<>(deadLetters.topic());
        List<Routed> routed = new ArrayList<>(chunk.rows().size());
        long bytes = 0;
        for (OutboxRow row : chunk.rows()) {
            Routed next = route(row);
            routed.add(next);
            bytes += row.weight();
            if (next.message() != null) {
                destinations.add(next.message().topic());
            }
        }
        Flight flight = flights.request(destinations, bytes);
        mine.add(flight);
        return topics.learn(destinations)
                .thenCompose(known -> {
                    fitBatches();
                    return flight.begun();
                })
                .thenApply(begun -> {
                    Screened<RowRecord> screened = gate.screen(chunk, n -> checked(routed.get(n)));
                    return new Load(
                            screened, chunk.released() ? List.of() : deadLetters.of(screened.refusals()), flight);
                });
    }

    private void fitBatches() {
        int smallest = topics.smallestBatchBytes();
        if (smallest < batchBytes) {
            batchBytes = smallest;
            RelayException reason = new RelayException(
                    Fault.TRANSIENT,
                    "a topic takes batches of " + smallest + " bytes at most, so smaller ones are sent");
            current().stopBecause(new ProducerRecord<>("any", null), reason);
            throw reason;
        }
    }

    private Routed route(OutboxRow row) {
        try {
            return new Routed(router.route(row), null);
        } catch (RelayException e) {
            return new Routed(null, e);
        }
    }

    private RowRecord checked(Routed routed) {
        if (routed.message() == null) {
            throw Objects.requireNonNull(routed.error());
        }
        return check.checked(routed.message());
    }

    private ProducerMessage.Envelope<byte[], byte[], Load> envelope(Load load) {
        List<ProducerRecord<byte[], byte[]>> messages =
                new ArrayList<>(load.screened().messages());
        messages.addAll(load.letters());
        return messages.isEmpty() ? ProducerMessage.passThrough(load) : ProducerMessage.multi(messages, load);
    }

    private Delivery arrived(Set<Flight> mine, Load load) {
        flights.land(load.flight());
        mine.remove(load.flight());
        return load.screened().delivered();
    }

    private RelayException failed(StoppingProducer used, Throwable failure) {
        StoppingProducer.Stop stop = used.stop();
        if (stop == null) {
            return KafkaFaults.classify("publish outbox " + outbox, KafkaCheck.unwrapped(failure));
        }
        renew(used, stop.cause());
        RelayException cause = KafkaFaults.classify(
                "publish outbox " + outbox + " to topic " + stop.record().topic(), stop.cause());
        boolean ofOneTopic = KafkaFaults.isOfOneTopic(stop.cause());
        if (ofOneTopic || cause.fault() == Fault.POISON) {
            topics.doubt(stop.record().topic());
        }
        if (cause.fault() == Fault.POISON && stop.record() instanceof RowRecord refused) {
            refusals.add(refused.row(), refused.row() + " was refused: " + cause.getMessage());
        }
        return ofOneTopic || cause.fault() == Fault.POISON
                ? new RelayException(Fault.TRANSIENT, cause.getMessage() + "; the rows in flight are sent again", cause)
                : cause;
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

    /** Brokers that create topics by themselves do so for producers. */
    private boolean createByUse(String topic) {
        Map<String, Object> impatient = new TreeMap<>(properties);
        impatient.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, CREATE_WITHIN_MILLIS);
        impatient.put(ProducerConfig.CLIENT_ID_CONFIG, properties.get(ProducerConfig.CLIENT_ID_CONFIG) + "-topics");
        try (KafkaProducer<byte[], byte[]> asking =
                new KafkaProducer<>(impatient, new ByteArraySerializer(), new ByteArraySerializer())) {
            return !asking.partitionsFor(topic).isEmpty();
        } catch (KafkaException e) {
            log.atDebug().addKeyValue("topic", topic).setCause(e).log("Kafka does not create the topic by itself");
            return false;
        }
    }

    /** Rows that were held back go on when their topic is there again; rows on their way to one that is gone turn back. */
    private void checkTopics() {
        Set<String> closed = topics.closed();
        Set<String> overdue = flights.overdue(OVERDUE.toNanos());
        Set<String> asked = new HashSet<>(closed);
        asked.addAll(overdue);
        if (asked.isEmpty()) {
            return;
        }
        topics.askAgain(asked).whenComplete((done, failure) -> {
            if (failure == null) {
                overdue.forEach(this::turnBackIfClosed);
                closed.removeAll(topics.closed());
                if (!closed.isEmpty()) {
                    gates.forEach(Gate::destinationReturned);
                }
            }
        });
    }

    private void turnBackIfClosed(String name) {
        TopicDirectory.Topic topic = topics.topic(name);
        if (topic != null && topic.problem() != null) {
            current().stopBecause(new ProducerRecord<>(name, null), topic.problem());
        }
    }

    @Override
    public CompletionStage<Done> close() {
        checks.cancel();
        return CompletableFuture.supplyAsync(
                () -> {
                    current().close(Duration.ZERO);
                    topics.close();
                    return Done.getInstance();
                },
                blocking);
    }
}
