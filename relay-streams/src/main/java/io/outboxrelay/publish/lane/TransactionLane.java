package io.outboxrelay.publish.lane;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.ShardId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One transactional producer that carries the rows of many shards of one outbox on one node, each transaction together
 * with the shards' positions.
 *
 * <ol>
 *   <li>{@link #send} puts records in a queue.
 *   <li>Whatever is queued when a transaction ends makes the next one, so that transactions grow with load.
 *   <li>Its last record goes to the position topic under the lane's id: every position that was committed and is not yet
 *       {@link #settled} in the database.
 *   <li>After the commit its sends complete, in order.
 * </ol>
 *
 * <p>A lane that fails in any way is over: every send fails, also those whose transaction may have been committed, and
 * {@link LaneFence} finds out what was. Its id is never used again. That Kafka fenced a lane (FENCED) says that somebody
 * took over a shard of it, not which; the epochs in the database do. See docs/decisions/0009-exactly-once-lanes.md.
 *
 * <p>Safe for use by many threads. Futures are completed on the lane's own thread: what is done there must not block.
 */
public final class TransactionLane {
    private static final Logger log = LoggerFactory.getLogger(TransactionLane.class);

    private final String id;
    private final LaneSettings settings;
    private final LaneFaults faults;
    private final LaneHook hook;
    private final Executor blocking;
    private final KafkaProducer<byte[], byte[]> producer;
    private final int positionPartition;
    private final LaneQueue queue;
    private final CompletableFuture<Done> ended = new CompletableFuture<>();
    private final CompletableFuture<Done> closed = new CompletableFuture<>();

    TransactionLane(LaneSettings settings, LaneFaults faults, LaneHook hook, Executor blocking, OpenedLane opened) {
        this.id = opened.id();
        this.settings = settings;
        this.faults = faults;
        this.hook = hook;
        this.blocking = blocking;
        this.producer = opened.producer();
        this.positionPartition = opened.positionPartition();
        this.queue = new LaneQueue(settings.maxRows(), settings.maxBytes());
    }

    /**
     * Opens a lane with a new id. Creates the position topic if it is missing, and commits an empty position record: a
     * lane without one has lost it. Fails with a RelayException, MISCONFIGURED if topic, rights or properties are wrong.
     */
    public static CompletionStage<TransactionLane> open(
            ActorSystem<?> system, LaneSettings settings, FaultClassifier classifier) {
        return open(system, settings, classifier, LaneHook.NONE);
    }

    static CompletionStage<TransactionLane> open(
            ActorSystem<?> system, LaneSettings settings, FaultClassifier classifier, LaneHook hook) {
        Executor blocking = blocking(system);
        LaneFaults faults = new LaneFaults(classifier);
        return CompletableFuture.supplyAsync(
                () -> new TransactionLane(settings, faults, hook, blocking, OpenedLane.open(settings, faults)),
                blocking);
    }

    static Executor blocking(ActorSystem<?> system) {
        return system.dispatchers().lookup(DispatcherSelector.fromConfig("pekko.kafka.default-dispatcher"));
    }

    /** The transactional id, `outbox-relay-<outbox>-<uuid>`, and the key of the lane's position records. */
    public String id() {
        return id;
    }

    /**
     * Sends records, none if only the position moves. Sends of a shard are committed in the order of the calls, several
     * may be under way, and each is committed with all of its records or not at all. Completes once it is committed.
     * Fails with a RelayException: FENCED if the shard has been sent or taken over under a newer epoch, or if Kafka
     * fenced the lane; POISON if Kafka refused one of these records, which the cause, a {@link RecordRefused}, names;
     * after any other failure of the lane it is open whether the records were committed.
     *
     * @param position where the shard stands after these records; of any length, within 8 MiB for all shards of a lane
     */
    public CompletionStage<Done> send(
            ShardId shard, long epoch, List<ProducerRecord<byte[], byte[]>> records, String position) {
        LaneSend send = new LaneSend(shard, new Carried(epoch, position), records);
        try {
            if (queue.offer(send)) {
                blocking.execute(this::work);
            }
        } catch (RelayException e) {
            send.done().completeExceptionally(e);
        } catch (RejectedExecutionException e) {
            end(new RelayException(Fault.TRANSIENT, "lane " + id + ": the actor system is stopping", e));
        }
        return send.done();
    }

    /** The database has this position for good: position records need not carry it any more. */
    public void settled(ShardId shard, long epoch, String position) {
        queue.settled(shard, new Carried(epoch, position));
    }

    /**
     * Takes a shard over from an earlier owner on the same node: sends of the shard that are not in a transaction yet
     * fail, as do all later ones under earlier epochs (FENCED). Completes after the running transaction with the
     * shard's last committed position, or with nothing if that is settled in the database or the lane never had one.
     * Fails like {@link #send} if the lane ends; then the lane has to be fenced.
     *
     * @param epoch that of the new owner
     */
    public CompletionStage<Optional<Carried>> lastCommitted(ShardId shard, long epoch) {
        CompletableFuture<Optional<Carried>> answer = new CompletableFuture<>();
        try {
            LaneQueue.TakenOver taken = queue.takeOver(shard, epoch, answer);
            taken.dropped()
                    .forEach(send -> send.done()
                            .completeExceptionally(new RelayException(
                                    Fault.FENCED, "shard " + shard + " is sent under epoch " + epoch + " now")));
            if (!taken.answerWaits()) {
                answer.complete(taken.position());
            }
        } catch (RelayException e) {
            answer.completeExceptionally(e);
        }
        return answer;
    }

    /** Completes when the lane was closed; fails with the RelayException that the lane ended of. */
    public CompletionStage<Done> ended() {
        return ended.copy();
    }

    /**
     * Commits the running transaction, fails what has not been begun and frees the connections. Never fails; safe to call
     * twice, and on a lane that is over.
     */
    public CompletionStage<Done> close() {
        RelayException over = new RelayException(Fault.TRANSIENT, "lane " + id + " is closed");
        queue.beginClose().forEach(send -> send.done().completeExceptionally(over));
        finishClose();
        return closed.copy();
    }

    private void finishClose() {
        if (queue.endClosed(new RelayException(Fault.TRANSIENT, "lane " + id + " is closed"))) {
            ended.complete(Done.getInstance());
            onBlocking(this::closeProducer);
        }
    }

    /** Ends the lane as a crash would: whatever Kafka does not have yet is lost. */
    void kill() {
        onBlocking(() -> producer.close(Duration.ZERO));
        end(new RelayException(Fault.TRANSIENT, "lane " + id + " was killed"));
    }

    private void work() {
        List<LaneSend> batch = queue.next();
        while (!batch.isEmpty()) {
            commit(batch);
            LockSupport.parkNanos(settings.restBetween().toNanos());
            batch = queue.next();
        }
        finishClose();
    }

    private void commit(List<LaneSend> batch) {
        LaneTransaction transaction = new LaneTransaction(producer, faults, id);
        try {
            hook.at(LaneHook.Point.CHOSEN);
            transaction.begin();
            batch.forEach(transaction::send);
            transaction.sendPositions(positionRecord(settings, id, positionPartition, queue.carriedAfter(batch)));
            hook.at(LaneHook.Point.SENT);
            transaction.commit();
            hook.at(LaneHook.Point.COMMITTED);
        } catch (RuntimeException | Error e) {
            RelayException cause = transaction.cause(e);
            batch.forEach(send -> send.done().completeExceptionally(transaction.faultOf(send, cause)));
            end(cause);
            return;
        }
        List<LaneQueue.Answer> answers = queue.committed(batch);
        batch.forEach(send -> send.done().complete(Done.getInstance()));
        answers.forEach(answer -> answer.future().complete(queue.position(answer.shard())));
    }

    static ProducerRecord<byte[], byte[]> positionRecord(
            LaneSettings settings, String id, int partition, Map<ShardId, Carried> carried) {
        return new ProducerRecord<>(
                settings.positionTopic(),
                partition,
                id.getBytes(StandardCharsets.UTF_8),
                PositionRecord.encode(carried));
    }

    private void end(RelayException cause) {
        LaneQueue.Remains remains = queue.die(cause);
        if (!remains.isFirst()) {
            return;
        }
        log.atWarn()
                .addKeyValue("outbox", settings.outbox())
                .addKeyValue("lane", id)
                .addKeyValue("fault", cause.fault())
                .addKeyValue("cause", cause.getMessage())
                .log("lane ended");
        remains.sends().forEach(send -> send.done().completeExceptionally(cause));
        remains.answers().forEach(answer -> answer.future().completeExceptionally(cause));
        ended.completeExceptionally(cause);
        onBlocking(this::closeProducer);
    }

    /** Within its time, closing takes back an open transaction, so that nobody waits for Kafka to time it out. */
    private void closeProducer() {
        try {
            producer.close(settings.closeWithin());
        } catch (RuntimeException e) {
            log.atWarn()
                    .addKeyValue("lane", id)
                    .addKeyValue("cause", e.toString())
                    .log("lane's producer not closed");
        } finally {
            closed.complete(Done.getInstance());
        }
    }

    private void onBlocking(Runnable task) {
        try {
            blocking.execute(task);
        } catch (RejectedExecutionException e) {
            task.run();
        }
    }
}
