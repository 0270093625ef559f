package io.outboxrelay.http;

import io.outboxrelay.coordinator.CoordinatorActor;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.relay.RelayHandles;
import io.outboxrelay.shard.ShardStatus;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/** Asks shards and the coordinator, wherever they are. */
record ShardViews(ActorSystem<?> system, RelayHandles handles) {
    /** Longer than the coordinator waits for its journal, so that its answer is the one people get. */
    private static final Duration CHANGE_WITHIN = Duration.ofSeconds(8);

    /** All shards of an outbox. */
    record Shards(String outbox, List<ShardStatus> shards) {}

    /** What was wanted of a shard and is in the journal. */
    record Changed(String outbox, int shard, boolean paused) {}

    /** As many as the outbox has, in order, whether they answer or not. */
    CompletionStage<Shards> shards(RelayHandles.OutboxHandle outbox) {
        List<CompletableFuture<ShardStatus>> asked = IntStream.range(0, outbox.shards())
                .mapToObj(number -> shard(new ShardId(outbox.name(), number)).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                .thenApply(all -> new Shards(
                        outbox.name(),
                        asked.stream().map(CompletableFuture::join).toList()));
    }

    CompletionStage<ShardStatus> shard(ShardId shard) {
        return handles.statusOf()
                .apply(shard)
                .exceptionally(failure -> ShardStatus.unknown(shard, "shard " + shard + " did not answer in time"));
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
