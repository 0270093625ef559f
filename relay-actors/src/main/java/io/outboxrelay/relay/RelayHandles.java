package io.outboxrelay.relay;

import io.outboxrelay.coordinator.CoordinatorActor;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.replay.ReplayActor;
import io.outboxrelay.settings.ManagementCredentials;
import io.outboxrelay.shard.ShardActor;
import io.outboxrelay.shard.ShardStatus;
import io.outboxrelay.store.OutboxAdmin;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * How the rest of a node reaches what relays, on whichever node that is.
 *
 * @param outboxes in the order of the settings
 * @param coordinator the one of the whole cluster
 * @param replays the one place for replays of the whole cluster
 * @param shardCounts what was last heard, for when the coordinator is on its way to another node
 * @param statusOf asks a shard; fails when it does not answer in time
 * @param tryAgain tells a shard that rows which were put aside may go out now
 * @param restart has a shard start anew where it is; fails when it does not answer in time
 * @param credentials what somebody has to show who changes something over management HTTP
 * @param leave has this node hand its shards over, leave the cluster and end
 */
public record RelayHandles(
        List<OutboxHandle> outboxes,
        ActorRef<CoordinatorActor.Command> coordinator,
        ActorRef<ReplayActor.Command> replays,
        ConcurrentMap<String, Integer> shardCounts,
        Function<ShardId, CompletionStage<ShardStatus>> statusOf,
        Consumer<ShardId> tryAgain,
        Function<ShardId, CompletionStage<ShardActor.Restarting>> restart,
        Runnable leave,
        ManagementCredentials credentials) {

    /**
     * One outbox by the names people know it by, and what can be done with it as a whole.
     *
     * @param reach looks what this node reaches of it; fails when that is not known in time
     */
    public record OutboxHandle(String name, String table, OutboxAdmin admin, Supplier<CompletionStage<Reach>> reach) {}

    public Optional<OutboxHandle> outbox(String name) {
        return outboxes.stream().filter(outbox -> outbox.name().equals(name)).findFirst();
    }
}
