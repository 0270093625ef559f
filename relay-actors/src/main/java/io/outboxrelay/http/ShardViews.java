package io.outboxrelay.http;

import io.outboxrelay.coordinator.CoordinatorActor;
import io.outboxrelay.coordinator.PurgeState;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.relay.RelayHandles;
import io.outboxrelay.shard.Phase;
import io.outboxrelay.shard.ShardStatus;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.jspecify.annotations.Nullable;

/** Asks shards and the coordinator, wherever they are. */
public record ShardViews(ActorSystem<?> system, RelayHandles handles) {
    /** Longer than the coordinator waits for its journal, so that its answer is the one people get. */
    static final Duration CHANGE_WITHIN = Duration.ofSeconds(8);

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(1);

    /** Shards of an outbox; `next` is the number to go on after, null where there are no more. */
    public record Shards(
            String outbox,
            List<ShardStatus> shards,
            @Nullable Integer next) {}

    /** What was wanted of a shard and is in the journal. */
    public record Changed(String outbox, int shard, boolean paused) {}

    /** A shard that was told to start anew: what it was doing, and the epoch that it will have left behind. */
    public record Restarting(String outbox, int shard, Phase phase, long epoch) {}

    /** All outboxes. */
    public record Outboxes(List<Outbox> outboxes) {}

    /**
     * One of them; `shards` is null while its database has not said, `reshardingTo` where that does not change. `pinned`
     * are shards that are kept on a node.
     */
    public record Outbox(
            String name,
            String table,
            @Nullable Integer shards,
            @Nullable Integer reshardingTo,
            List<CoordinatorActor.Pinned> pinned) {}

    /**
     * A shard that is wanted elsewhere, or where it is.
     *
     * @param from host:port; null where the shard did not answer
     * @param to host:port; null for wherever it is even
     */
    public record Moving(
            String outbox,
            int shard,
            @Nullable String from,
            @Nullable String to) {}

    public CompletionStage<Outboxes> outboxes() {
        return states().thenApply(states -> new Outboxes(handles.outboxes().stream()
                .map(outbox -> outbox(outbox, states))
                .toList()));
    }

    CompletionStage<Outbox> outbox(RelayHandles.OutboxHandle handle) {
        return states().thenApply(states -> outbox(handle, states));
    }

    /** As the coordinator knows it, which does the purging. */
    CompletionStage<PurgeState> purge(RelayHandles.OutboxHandle outbox) {
        return AskPattern.askWithStatus(
                handles.coordinator(),
                replyTo -> new CoordinatorActor.GetPurge(outbox.name(), replyTo),
                ANSWER_WITHIN,
                system.scheduler());
    }

    /** What operators did last, newest first; no more than `limit`. */
    CompletionStage<CoordinatorActor.History> history(int limit) {
        CompletionStage<CoordinatorActor.History> known = AskPattern.askWithStatus(
                handles.coordinator(), CoordinatorActor.GetHistory::new, ANSWER_WITHIN, system.scheduler());
        return known.thenApply(all ->
                new CoordinatorActor.History(all.history().stream().limit(limit).toList()));
    }

    private CompletionStage<CoordinatorActor.OutboxStates> states() {
        return AskPattern.ask(
                handles.coordinator(), CoordinatorActor.GetOutboxes::new, ANSWER_WITHIN, system.scheduler());
    }

    private static Outbox outbox(RelayHandles.OutboxHandle handle, CoordinatorActor.OutboxStates states) {
        CoordinatorActor.OutboxState state = states.outboxes().get(handle.name());
        return state == null
                ? new Outbox(handle.name(), handle.table(), null, null, List.of())
                : new Outbox(
                        handle.name(),
                        handle.table(),
                        state.shards(),
                        state.reshardingTo(),
                        Objects.requireNonNullElse(state.pinned(), List.of()));
    }

    /** How many shards the outbox has; what was last heard where the coordinator does not answer or does not know. */
    CompletionStage<Integer> count(RelayHandles.OutboxHandle handle) {
        return outbox(handle).handle((outbox, failure) -> {
            Integer now = failure == null ? outbox.shards() : null;
            if (now != null) {
                handles.shardCounts().put(handle.name(), now);
                return now;
            }
            Integer heard = handles.shardCounts().get(handle.name());
            if (heard == null) {
                throw new Refused(
                        StatusCodes.SERVICE_UNAVAILABLE,
                        "how many shards outbox " + handle.name() + " has is not known yet; its database may be down");
            }
            return heard;
        });
    }

    /** Those from number `first`, in order, whether they answer or not; no more than `limit`. */
    CompletionStage<Shards> shards(RelayHandles.OutboxHandle outbox, int first, int limit) {
        return count(outbox).thenCompose(count -> shards(outbox, count, first, Math.min(count, first + limit)));
    }

    private CompletionStage<Shards> shards(RelayHandles.OutboxHandle outbox, int count, int first, int end) {
        List<CompletableFuture<ShardStatus>> asked = IntStream.range(first, end)
                .mapToObj(number -> shard(new ShardId(outbox.name(), number)).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                .thenApply(all -> new Shards(
                        outbox.name(),
                        asked.stream().map(CompletableFuture::join).toList(),
                        end < count ? end - 1 : null));
    }

    /** Written down when this completes; {@link #outbox} tells when it is done. */
    CompletionStage<Outbox> reshard(RelayHandles.OutboxHandle outbox, int shards, ChangeNote note) {
        CompletionStage<Done> confirmed = AskPattern.askWithStatus(
                handles.coordinator(),
                replyTo -> new CoordinatorActor.Reshard(outbox.name(), shards, note.by(), note.reason(), replyTo),
                CHANGE_WITHIN,
                system.scheduler());
        return confirmed.thenCompose(done -> outbox(outbox));
    }

    public CompletionStage<ShardStatus> shard(ShardId shard) {
        return handles.statusOf()
                .apply(shard)
                .exceptionally(failure -> ShardStatus.unknown(shard, "shard " + shard + " did not answer in time"));
    }

    /** Written down when this completes; sharding moves it within its rebalance interval. */
    CompletionStage<Moving> move(ShardId shard, @Nullable String to, ChangeNote note) {
        return shard(shard).thenCompose(status -> {
            CompletionStage<Done> confirmed = AskPattern.askWithStatus(
                    handles.coordinator(),
                    replyTo -> new CoordinatorActor.Move(shard, to, note.by(), note.reason(), replyTo),
                    CHANGE_WITHIN,
                    system.scheduler());
            return confirmed.thenApply(done -> new Moving(shard.outbox(), shard.number(), status.node(), to));
        });
    }

    /** Noted in the journal, then told to the shard, which begins with it before it answers. */
    CompletionStage<Restarting> restart(ShardId shard, ChangeNote note) {
        CompletionStage<Done> confirmed = AskPattern.askWithStatus(
                handles.coordinator(),
                replyTo -> new CoordinatorActor.Restart(shard, note.by(), note.reason(), replyTo),
                CHANGE_WITHIN,
                system.scheduler());
        return confirmed
                .thenCompose(done -> handles.restart().apply(shard).exceptionally(failure -> {
                    throw new Refused(
                            StatusCodes.SERVICE_UNAVAILABLE,
                            "shard " + shard + " did not answer in time; ask again, nothing is done twice by that");
                }))
                .thenApply(was -> new Restarting(shard.outbox(), shard.number(), was.phase(), was.epoch()));
    }

    CompletionStage<Changed> change(ShardId shard, boolean paused, ChangeNote note) {
        CompletionStage<Done> confirmed = AskPattern.askWithStatus(
                handles.coordinator(),
                replyTo -> paused
                        ? new CoordinatorActor.Pause(shard, note.by(), note.reason(), replyTo)
                        : new CoordinatorActor.Resume(shard, note.by(), note.reason(), replyTo),
                CHANGE_WITHIN,
                system.scheduler());
        return confirmed.thenApply(done -> new Changed(shard.outbox(), shard.number(), paused));
    }
}
