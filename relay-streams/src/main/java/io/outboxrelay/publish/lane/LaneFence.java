package io.outboxrelay.publish.lane;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.ShardId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FenceProducersOptions;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends lanes of other owners, or dead ones of our own, and says what they committed.
 *
 * <ol>
 *   <li>Fence: Kafka refuses the lane's producer from now on, and answers only when its last transaction is wholly
 *       committed or wholly aborted.
 *   <li>Read the lane's last committed position record.
 *   <li>The caller reads rows after these positions, never before this is done.
 * </ol>
 *
 * <p>Fencing a lane twice, or one that is closed, does no harm. Halfway, the lane is fenced and nothing is known: repeat.
 */
public final class LaneFence {
    private static final Logger log = LoggerFactory.getLogger(LaneFence.class);
    private static final int LOOKS = 3;
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private final LaneSettings settings;
    private final LaneFaults faults;
    private final Executor blocking;

    public LaneFence(ActorSystem<?> system, LaneSettings settings, FaultClassifier classifier) {
        this.settings = settings;
        this.faults = new LaneFaults(classifier);
        this.blocking = TransactionLane.blocking(system);
    }

    /**
     * Fences a lane and reads the positions it carried: those of all shards for which the database may be behind the
     * topics. A shard that is missing stands in the database as it should. Check epochs: a shard that moved on to
     * another lane may still be carried here under its earlier epoch.
     *
     * <p>Completes with nothing if Kafka has no record of the lane: then the position topic has lost it, and repeating
     * from the database's positions may publish rows twice. Fails with a RelayException; TRANSIENT if Kafka does not
     * get there in time, for instance because another lane's transaction in the same partition is open.
     */
    public CompletionStage<Optional<Map<ShardId, Carried>>> fence(String laneId) {
        return CompletableFuture.supplyAsync(() -> fenced(laneId), blocking).thenCompose(done -> read(laneId, LOOKS));
    }

    private boolean fenced(String laneId) {
        int withinMillis = (int) settings.fenceWithin().toMillis();
        try (Admin admin = Admin.create(LaneProperties.admin(settings))) {
            PositionTopic.get(admin.fenceProducers(List.of(laneId), new FenceProducersOptions().timeoutMs(withinMillis))
                    .all());
            log.atInfo().addKeyValue("lane", laneId).log("lane fenced");
            return true;
        } catch (ExecutionException | RuntimeException e) {
            throw notFenced(laneId, e);
        }
    }

    /** Whoever fences is never the one who is fenced. */
    private RelayException notFenced(String laneId, Exception failure) {
        RelayException found = faults.ofPositions("fence lane " + laneId, failure);
        return found.fault() == Fault.FENCED
                ? new RelayException(Fault.TRANSIENT, String.valueOf(found.getMessage()), failure)
                : found;
    }

    /** Brokers may learn late of a topic or of its leaders; before positions count as lost they are looked for again. */
    private CompletionStage<Optional<Map<ShardId, Carried>>> read(String laneId, int looks) {
        return CompletableFuture.supplyAsync(() -> new PositionReader(settings, faults).lastOf(laneId), blocking)
                .thenCompose(found -> {
                    if (found.isPresent() || looks == 1) {
                        return CompletableFuture.completedFuture(found);
                    }
                    return CompletableFuture.runAsync(
                                    () -> {},
                                    CompletableFuture.delayedExecutor(
                                            BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS, blocking))
                            .thenCompose(waited -> read(laneId, looks - 1));
                });
    }
}
