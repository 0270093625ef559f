package io.outboxrelay.relay;

import io.outboxrelay.shard.ShardActor;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.ShardingMessageExtractor;

/** One of Pekko's shards for each of ours, so that they are allocated and moved one by one and evenly. */
final class ShardPerEntity extends ShardingMessageExtractor<ShardingEnvelope<ShardActor.Command>, ShardActor.Command> {
    @Override
    public String entityId(ShardingEnvelope<ShardActor.Command> envelope) {
        return envelope.entityId();
    }

    @Override
    public String shardId(String entityId) {
        return entityId;
    }

    @Override
    public ShardActor.Command unwrapMessage(ShardingEnvelope<ShardActor.Command> envelope) {
        return envelope.message();
    }
}
