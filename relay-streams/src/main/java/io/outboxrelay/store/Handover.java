package io.outboxrelay.store;

import io.outboxrelay.model.ShardId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** How a shard passes from what carried its position to Kafka to what will; called once its epoch has been raised. */
@FunctionalInterface
public interface Handover {
    /** For shards whose positions are in the database alone. */
    Handover NONE = (shard, epoch, carrier) -> CompletableFuture.completedFuture(Terms.NONE);

    /**
     * What is agreed.
     *
     * @param carried how far the former carrier got, as a {@link CarriedPosition}; null if not beyond the database
     * @param carrier what carries the shard from now on; null if nothing does
     */
    record Terms(@Nullable String carried, @Nullable String carrier) {
        public static final Terms NONE = new Terms(null, null);
    }

    /**
     * Shuts the former carrier out, and then finds out how far it got.
     *
     * @param carrier the former one; null if there was none, or nothing of its was on its way any more
     */
    CompletionStage<Terms> takeOver(ShardId shard, long epoch, @Nullable String carrier);
}
