package io.outboxrelay.simulation;

import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.Position;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.store.Handover;
import io.outboxrelay.store.OutboxStore;
import io.outboxrelay.testkit.ForwardingStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** Stores with one mistake each. */
final class WrongStores {
    private static final long BETWEEN_MILLIS = 300;

    private WrongStores() {}

    /** Takes positions of whoever sends them. */
    static OutboxStore unfenced(OutboxStore right, Timeline timeline) {
        return new ForwardingStore(right) {
            private final Map<ShardId, Claim> newest = new HashMap<>();

            @Override
            public CompletionStage<Claim> claim(ShardId shard, Handover handover) {
                return super.claim(shard, handover).thenApply(claim -> {
                    newest.put(shard, claim);
                    return claim;
                });
            }

            @Override
            public CompletionStage<Done> settle(Claim claim, List<Chunk> chunks) {
                return super.settle(newest.getOrDefault(claim.shard(), claim), chunks);
            }
        };
    }

    /** Between reading where the shard stands and fencing, its former owner goes on. */
    static OutboxStore readingBeforeFencing(OutboxStore right, Timeline timeline) {
        return new ForwardingStore(right) {
            private final Map<ShardId, Position> reached = new HashMap<>();

            @Override
            public CompletionStage<Claim> claim(ShardId shard, Handover handover) {
                Position before = reached.get(shard);
                CompletableFuture<Claim> claimed = new CompletableFuture<>();
                timeline.after(
                        BETWEEN_MILLIS,
                        () -> super.claim(shard, handover).whenComplete((claim, failure) -> {
                            if (failure != null) {
                                claimed.completeExceptionally(failure);
                            } else {
                                claimed.complete(before == null ? claim : claim.at(before));
                            }
                        }));
                return claimed;
            }

            @Override
            public CompletionStage<Done> settle(Claim claim, List<Chunk> chunks) {
                return super.settle(claim, chunks).thenApply(done -> {
                    reached.put(claim.shard(), chunks.get(chunks.size() - 1).end());
                    return done;
                });
            }
        };
    }
}
