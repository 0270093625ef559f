package io.outboxrelay.coordinator;

import io.outboxrelay.control.ControlJournal;
import io.outboxrelay.control.ControlState;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.store.OutboxAdmin;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
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
 * @param journal the control journal, reporting to the given listener
 */
public record CoordinatorSetup(
        Map<String, Duty> duties,
        Duration wakeInterval,
        Duration confirmWithin,
        Keeper keeper,
        Supplier<Hosting> hosting,
        Function<ActorRef<ControlState>, Behavior<ControlJournal.Change>> journal) {

    Duty duty(String outbox) {
        return Objects.requireNonNull(duties.get(outbox), () -> "there is no outbox " + outbox);
    }

    /** What there is to do for one outbox. */
    public record Duty(int shards, OutboxAdmin admin, Duration purgeInterval) {}

    /** Reaches a shard wherever it is, and starts it where it is not. */
    @FunctionalInterface
    public interface Keeper {
        void keep(ShardId shard, boolean paused);
    }
}
