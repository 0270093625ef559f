package io.outboxrelay.publish;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.publish.Departures.Load;
import io.outboxrelay.publish.Departures.Lounge;
import io.outboxrelay.publish.Gate.Screened;
import io.outboxrelay.publish.lane.Carried;
import io.outboxrelay.publish.lane.LaneFence;
import io.outboxrelay.publish.lane.LaneSettings;
import io.outboxrelay.publish.lane.RecordRefused;
import io.outboxrelay.publish.lane.TransactionLane;
import io.outboxrelay.settings.KafkaSettings;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.CarriedPosition;
import io.outboxrelay.store.Handover;
import io.outboxrelay.store.Refusal;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.stream.javadsl.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Sends to Kafka exactly once: the rows of all shards of an outbox on this node travel in the transactions of one
 * {@link TransactionLane}, together with the shards' positions. See docs/decisions/0009-exactly-once-lanes.md.
 */
public final class LanePublisher implements Publisher {
    private final ActorSystem<?> system;
    private final String outbox;
    private final KafkaSettings kafka;
    private final Executor blocking;
    private final LaneSettings lanes;
    private final Departures departures;
    private final LaneCarriers formerCarriers;

    /** Which lane carries a shard, as agreed when it was claimed. */
    private final Map<ShardId, TransactionLane> agreed = new ConcurrentHashMap<>();

    private @Nullable CompletableFuture<TransactionLane> lane;
    private boolean closed;

    private LanePublisher(ActorSystem<?> system, OutboxSettings settings) {
        this.system = system;
        this.outbox = settings.name();
        this.kafka = settings.kafka();
        long maxPayload = settings.reader().maxPayload();
        this.lanes = LaneSettings.of(outbox, settings.kafka(), maxPayload);
        this.blocking = system.dispatchers().lookup(DispatcherSelector.fromConfig("pekko.kafka.default-dispatcher"));
        Map<String, String> properties = ProducerProperties.chosen(outbox, settings.kafka(), maxPayload);
        // a lane ends by itself when Kafka takes too long
        this.departures = new Departures(
                system, settings, Stamp.deliveries(settings), properties, blocking, (topic, problem) -> {});
        this.formerCarriers = new LaneCarriers(outbox, new LaneFence(system, lanes, KafkaFaults::classify));
    }

    /**
     * Opens a publisher; connects when a shard is first taken over.
     *
     * @throws RelayException MISCONFIGURED if Kafka's client refuses its configuration
     */
    public static LanePublisher open(ActorSystem<?> system, OutboxSettings settings) {
        try {
            return new LanePublisher(system, settings);
        } catch (KafkaException e) {
            String servers = settings.kafka().bootstrapServers();
            throw KafkaFaults.classify("Kafka clients of outbox " + settings.name() + " for " + servers, e);
        }
    }

    /** The lane that is open, or a new one where there is none or it has ended. */
    private synchronized CompletableFuture<TransactionLane> lane() {
        if (closed) {
            return CompletableFuture.failedFuture(
                    new RelayException(Fault.TRANSIENT, "the publisher of outbox " + outbox + " is closed"));
        }
        CompletableFuture<TransactionLane> present = lane;
        if (present == null) {
            CompletableFuture<TransactionLane> opening =
                    TransactionLane.open(system, lanes, KafkaFaults::classify).toCompletableFuture();
            lane = opening;
            CompletionStage<Done> ended = opening.thenCompose(TransactionLane::ended);
            ended.whenComplete((end, failure) -> forget(opening));
            return opening;
        }
        return present;
    }

    private synchronized void forget(CompletableFuture<TransactionLane> ended) {
        if (lane == ended) {
            lane = null;
        }
    }

    @Override
    public CompletionStage<Handover.Terms> takeOver(ShardId shard, long epoch, @Nullable String carrier) {
        return lane().thenCompose(next -> {
            agreed.put(shard, next);
            return carried(shard, epoch, carrier, next).thenApply(position -> new Handover.Terms(position, next.id()));
        });
    }

    private CompletionStage<@Nullable String> carried(
            ShardId shard, long epoch, @Nullable String carrier, TransactionLane next) {
        if (carrier == null) {
            return CompletableFuture.completedFuture(null);
        }
        return carrier.equals(next.id())
                ? next.lastCommitted(shard, epoch)
                        .thenApply(found -> found.map(Carried::position).orElse(null))
                : formerCarriers.shutOut(shard, carrier);
    }

    @Override
    public CompletionStage<Done> reach() {
        return KafkaCheck.reach(kafka, blocking);
    }

    @Override
    public Flow<Chunk, Delivery, NotUsed> flow(Gate gate) {
        Lounge lounge = departures.enter(gate);
        Carriage carriage = new Carriage(gate);
        return Flow.of(Chunk.class)
                .mapAsync(1, lounge::depart)
                .mapAsync(1, load -> carriage.parkAhead(load).thenApply(parked -> load))
                .mapAsync(
                        Departures.CHUNKS_UNDER_WAY,
                        load -> carriage.send(load).thenApply(delivery -> {
                            lounge.arrived(load);
                            return delivery;
                        }))
                .mapError(Throwable.class, failure -> RelayException.of(failure))
                .watchTermination((same, done) -> {
                    done.whenComplete((end, failure) -> lounge.leave());
                    return same;
                });
    }

    /** One stream's place on its lane. Called by one stage at a time, except for what is settled. */
    private final class Carriage {
        private final Gate gate;

        /** Parked rows that were sent; the position tells of them until they are off the list. */
        private final Set<Long> released = ConcurrentHashMap.newKeySet();

        private Carriage(Gate gate) {
            this.gate = gate;
        }

        /** The position moves past refused rows in Kafka, so they must be on the list before. */
        CompletionStage<Done> parkAhead(Load load) {
            Screened<RowRecord> screened = load.screened();
            return gate.parkAhead(screened.chunk().released() ? List.of() : screened.refusals());
        }

        CompletionStage<Delivery> send(Load load) {
            Screened<RowRecord> screened = load.screened();
            Chunk chunk = screened.chunk();
            Set<Long> tried = chunk.released() ? sent(screened) : Set.of();
            released.addAll(tried);
            String position =
                    new CarriedPosition(gate.claim().lineage(), chunk.end().text(), released).text();
            TransactionLane on = agreedLane();
            long epoch = gate.claim().epoch();
            List<ProducerRecord<byte[], byte[]>> messages = load.messages();
            Runnable settled = () -> {
                on.settled(chunk.shard(), epoch, position);
                released.removeAll(tried);
            };
            return on.send(chunk.shard(), epoch, messages, position)
                    .exceptionallyCompose(failure -> CompletableFuture.failedFuture(failed(messages, failure)))
                    .thenApply(done -> chunk.released()
                            ? new Delivery(chunk, screened.refusals(), 0, settled)
                            : new Delivery(chunk, List.of(), screened.refusals().size(), settled));
        }

        private TransactionLane agreedLane() {
            TransactionLane on = agreed.get(gate.claim().shard());
            if (on == null || !on.id().equals(gate.claim().carrier())) {
                throw new RelayException(
                        Fault.FENCED, "shard " + gate.claim().shard() + " has been given to another lane of this node");
            }
            return on;
        }

        private Set<Long> sent(Screened<RowRecord> screened) {
            Set<Long> refused = screened.refusals().stream()
                    .map(Refusal::row)
                    .map(OutboxRow::seq)
                    .collect(Collectors.toSet());
            Set<Long> sent = new HashSet<>();
            screened.chunk().rows().stream()
                    .map(OutboxRow::seq)
                    .filter(seq -> !refused.contains(seq))
                    .forEach(sent::add);
            return sent;
        }
    }

    /** What Kafka refused is put aside when it is read again; what becomes of its topic is found out then, too. */
    private RelayException failed(List<ProducerRecord<byte[], byte[]>> messages, Throwable failure) {
        RelayException error = RelayException.of(failure);
        if (!(error.getCause() instanceof RecordRefused refused)) {
            return error;
        }
        if (error.fault() == Fault.POISON) {
            departures.refused(messages.get(refused.index()), String.valueOf(error.getMessage()));
        } else {
            departures.doubt(refused.topic());
        }
        return new RelayException(Fault.TRANSIENT, error.getMessage() + "; the rows in flight are sent again", error);
    }

    @Override
    public CompletionStage<Done> close() {
        CompletableFuture<TransactionLane> open;
        synchronized (this) {
            closed = true;
            open = lane;
        }
        departures.close();
        return open == null
                ? CompletableFuture.completedFuture(Done.getInstance())
                : open.thenCompose(TransactionLane::close).exceptionally(failure -> Done.getInstance());
    }
}
