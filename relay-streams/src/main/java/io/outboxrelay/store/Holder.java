package io.outboxrelay.store;

import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.ShardId;
import org.jspecify.annotations.Nullable;

/**
 * Whoever claimed a shard last, as the database has it.
 *
 * @param name host:port of its node; null where that has no address, or is one of an earlier version
 */
public record Holder(long epoch, @Nullable String name) {

    /**
     * What a claim is told that is not the last any more.
     *
     * @param epoch the claim's
     * @param now null if the shard was dealt to others and is no more
     */
    public static RelayException fenced(ShardId shard, long epoch, @Nullable Holder now) {
        String name = now == null ? null : now.name();
        String what = now == null
                ? " is no more"
                : " was claimed" + (name == null ? "" : " by " + name) + " with epoch " + now.epoch();
        return RelayException.fencedBy(name, "shard " + shard + what + ", this claim has epoch " + epoch);
    }
}
