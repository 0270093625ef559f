package io.outboxrelay.publish;

import io.outboxrelay.model.ShardId;
import io.outboxrelay.publish.lane.Carried;
import io.outboxrelay.publish.lane.LaneFence;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lanes that are over, or of other nodes: shut out once, for all shards that they carried. Thread-safe. */
final class LaneCarriers {
    private static final Logger log = LoggerFactory.getLogger(LaneCarriers.class);
    private static final int MOST_REMEMBERED = 64;

    private final String outbox;
    private final LaneFence fence;
    private final Map<String, CompletionStage<Optional<Map<ShardId, Carried>>>> fenced = new ConcurrentHashMap<>();

    LaneCarriers(String outbox, LaneFence fence) {
        this.outbox = outbox;
        this.fence = fence;
    }

    /** How far the lane carried the shard, or null if not beyond the database. A lane is never used again after that. */
    CompletionStage<@Nullable String> shutOut(ShardId shard, String lane) {
        if (fenced.size() > MOST_REMEMBERED) {
            fenced.clear(); // to fence twice does no harm
        }
        return fenced.computeIfAbsent(lane, this::fence).thenApply(carried -> {
            if (carried.isEmpty()) {
                log.atError()
                        .addKeyValue("outbox", outbox)
                        .addKeyValue("shard", shard)
                        .addKeyValue("lane", lane)
                        .log("the position topic has lost the lane's positions: rows in flight may be repeated");
                return null;
            }
            Carried found = carried.get().get(shard);
            return found == null ? null : found.position();
        });
    }

    private CompletionStage<Optional<Map<ShardId, Carried>>> fence(String lane) {
        CompletionStage<Optional<Map<ShardId, Carried>>> answer = fence.fence(lane);
        answer.whenComplete((found, failure) -> {
            if (failure != null) {
                fenced.remove(lane);
            }
        });
        return answer;
    }
}
