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
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens to rows before they are sent, however that is done: they are routed, their topics are looked at, there is
 * room for them, and the gate says which of them go. Watches the topics of what is on its way.
 */
final class Departures implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Departures.class);

    /** Chunks of one stream under way at most; their rows and bytes are bounded apart. */
    static final int CHUNKS_UNDER_WAY = 256;

    /** How long an acknowledgement may take before somebody looks what is the matter with the topic. */
    private static final Duration OVERDUE = Duration.ofSeconds(10);

    /** How long Kafka may take to create a topic by itself. */
    private static final String CREATE_WITHIN_MILLIS = "3000";

    private final Map<String, String> properties;
    private final RecordRouter router;
    private final TopicDirectory topics;
    private final Refusals refusals = new Refusals();
    private final RecordCheck check;
    private final DeadLetters deadLetters;
    private final Flights flights;
    private final BiConsumer<String, RelayException> turnBack;
    private final Stamp stamp;
    private final Set<Lounge> lounges = ConcurrentHashMap.newKeySet();
    private final Cancellable checks;

    /**
     * Begins to watch.
     *
     * @param stamp for each record
     * @param properties of the producer that will send
     * @param turnBack ends what is on its way to a topic that cannot be written to any more
     */
    Departures(
            ActorSystem<?> system,
            OutboxSettings settings,
            Stamp stamp,
            Map<String, String> properties,
            Executor blocking,
            BiConsumer<String, RelayException> turnBack) {
        this.properties = properties;
        int maxBytes = ProducerProperties.maxRequestBytes(properties);
        this.router = new RecordRouter(settings.routing(), maxBytes);
        this.topics = new TopicDirectory(settings.kafka(), this::createByUse, blocking);
        this.check = new RecordCheck(topics, refusals, properties);
        this.deadLetters = new DeadLetters(settings.name(), settings.publisher().deadLetterTopic(), topics, maxBytes);
        this.flights = new Flights(ProducerProperties.bufferBytes(properties) / 2);
        this.turnBack = turnBack;
        this.stamp = stamp;
        Duration interval = settings.publisher().topicCheckInterval();
        this.checks = system.scheduler()
                .scheduleWithFixedDelay(interval, interval, this::checkTopics, system.executionContext());
    }

    /** The departures of one stream. */
    final class Lounge {
        private final Gate gate;
        private final Set<Flight> mine = ConcurrentHashMap.newKeySet();

        /** Topics that rows of this stream were held back for. */
        private final Set<String> missed = ConcurrentHashMap.newKeySet();

        private @Nullable Supplier<byte[]> stamps;

        private Lounge(Gate gate) {
            this.gate = gate;
            gate.watch(this::destinations);
        }

        private Set<String> destinations() {
            Set<String> topics = new TreeSet<>();
            mine.forEach(flight -> topics.addAll(flight.topics()));
            topics.removeAll(deadLetters.topic());
            return topics;
        }

        /** Completes when there is room for a chunk and everything is known that decides about its rows. */
        CompletionStage<Load> depart(Chunk chunk) {
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
                    .thenCompose(known -> flight.begun())
                    .thenApply(begun -> {
                        Screened<RowRecord> screened = gate.screen(chunk, n -> checked(routed.get(n)));
                        return new Load(
                                screened, chunk.released() ? List.of() : deadLetters.of(screened.refusals()), flight);
                    });
        }

        private RowRecord checked(Routed routed) {
            RowRecord message = routed.message();
            if (message == null) {
                throw Objects.requireNonNull(routed.error());
            }
            try {
                RowRecord good = check.checked(message);
                stamped(good);
                return good;
            } catch (RelayException e) {
                if (e.fault() == Fault.MISCONFIGURED) {
                    missed.add(message.topic());
                }
                throw e;
            }
        }

        /** Screened rows are sent, so that numbers have no gaps. */
        private void stamped(RowRecord message) {
            if (!stamp.header().isEmpty()) {
                if (stamps == null) {
                    stamps = stamp.values().apply(gate.claim());
                }
                message.headers().add(stamp.header(), stamps.get());
            }
        }

        /** Told again and again until the stream starts over, so that no moment can be missed. */
        private void tryAgainUnless(Set<String> closed) {
            if (!closed.containsAll(missed)) {
                gate.tryAgain();
            }
        }

        void arrived(Load load) {
            flights.land(load.flight());
            mine.remove(load.flight());
        }

        /** The stream has ended. */
        void leave() {
            lounges.remove(this);
            mine.forEach(flights::land);
        }
    }

    /** What there is to be sent of a chunk, for which there is room now. */
    record Load(Screened<RowRecord> screened, List<ProducerRecord<byte[], byte[]>> letters, Flight flight) {

        /** In the order of sending. */
        List<ProducerRecord<byte[], byte[]>> messages() {
            List<ProducerRecord<byte[], byte[]>> messages = new ArrayList<>(screened.messages());
            messages.addAll(letters);
            return messages;
        }
    }

    /** What became of a row on its way to a record: one of the two. */
    private record Routed(
            @Nullable RowRecord message, @Nullable RelayException error) {}

    Lounge enter(Gate gate) {
        Lounge lounge = new Lounge(gate);
        lounges.add(lounge);
        return lounge;
    }

    /** Kafka refused this record; the row is put aside when it is read again. */
    void refused(ProducerRecord<byte[], byte[]> message, String reason) {
        topics.doubt(message.topic());
        if (message instanceof RowRecord refused) {
            refusals.add(refused.row(), refused.row() + " was refused: " + reason);
        }
    }

    /** What is known of the topic may not be true any more. */
    void doubt(String topic) {
        topics.doubt(topic);
    }

    int smallestBatchBytes() {
        return topics.smallestBatchBytes();
    }

    private Routed route(OutboxRow row) {
        try {
            return new Routed(router.route(row), null);
        } catch (RelayException e) {
            return new Routed(null, e);
        }
    }

    /** Brokers that create topics by themselves do so for producers. */
    private boolean createByUse(String topic) {
        Map<String, Object> impatient = new TreeMap<>(properties);
        impatient.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, CREATE_WITHIN_MILLIS);
        impatient.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE); // nothing is sent, all is legal
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
        Set<String> overdue = flights.overdue(OVERDUE.toNanos());
        Set<String> asked = topics.closed();
        asked.addAll(overdue);
        topics.askAgain(asked).whenComplete((done, failure) -> {
            if (failure == null) {
                overdue.forEach(this::turnBackIfClosed);
                Set<String> closedNow = topics.closed();
                lounges.forEach(lounge -> lounge.tryAgainUnless(closedNow));
            }
        });
    }

    private void turnBackIfClosed(String name) {
        TopicDirectory.Topic topic = topics.topic(name);
        if (topic != null && topic.problem() != null) {
            turnBack.accept(name, topic.problem());
        }
    }

    /** May wait a moment for Kafka's clients. */
    @Override
    public void close() {
        checks.cancel();
        topics.close();
    }
}
