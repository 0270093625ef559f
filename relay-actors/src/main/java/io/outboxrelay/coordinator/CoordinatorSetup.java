package io.outboxrelay.coordinator;

import io.outboxrelay.control.ControlJournal;
import io.outboxrelay.control.ControlState;
import io.outboxrelay.control.Pin;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.store.OutboxAdmin;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;

/**
 * What the coordinator works with.
 *
 * @param duties by outbox name
 * @param wakeInterval how often every shard is told anew
 * @param confirmWithin how long the journal may take to confirm a change
 * @param hosting looked at before each word to a shard
 * @param nodes as the node the coordinator is on knows them
 * @param pins learns where operators want shards, as soon as the journal is read and with every change
 * @param rests asks a shard whether it rests
 * @param journal the control journal, reporting to the given listener
 */
public record CoordinatorSetup(
        Map<String, Duty> duties,
        Duration wakeInterval,
        Duration confirmWithin,
        Keeper keeper,
        Function<ShardId, CompletionStage<Boolean>> rests,
        Supplier<Hosting> hosting,
        Supplier<Nodes> nodes,
        Consumer<Map<ShardId, Pin>> pins,
        Function<ActorRef<ControlState>, Behavior<ControlJournal.Asked>> journal) {

    Duty duty(String outbox) {
        return Objects.requireNonNull(duties.get(outbox), () -> "there is no outbox " + outbox);
    }

    /**
     * What there is to do for one outbox.
     *
     * @param whenNew how many shards it gets if it has none yet
     * @param restWithin how long its shards may take to rest
     */
    public record Duty(int whenNew, OutboxAdmin admin, Duration purgeInterval, Duration restWithin) {}

    /** Reaches a shard wherever it is, and starts it where it is not. */
    @FunctionalInterface
    public interface Keeper {
        /**
         * Tells the shard, once.
         *
         * @param revision of what operators want, by which a shard knows a word that comes late
         */
        void keep(ShardId shard, boolean paused, String why, long revision);
    }
}
