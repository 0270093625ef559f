package io.outboxrelay.console;

import io.outboxrelay.shard.ShardStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The whole cluster at one moment, as one node sees it.
 *
 * @param node host:port of the node that looked
 * @param started false while the relay is not running on that node yet
 * @param coordinator whether the coordinator answered
 */
record Snapshot(String node, boolean started, boolean coordinator, List<Member> members, List<Outbox> outboxes) {

    /**
     * A node of the cluster.
     *
     * @param status joining | weaklyup | up | leaving | exiting | down | removed
     * @param oldest the coordinators live there
     * @param reachable false where the node that looked does not hear of it any more
     */
    record Member(String address, String status, boolean oldest, boolean reachable) {}

    /**
     * One outbox with all its shards, those that did not answer too.
     *
     * @param shards null while it is not known how many there are
     */
    record Outbox(
            String name,
            String table,
            @Nullable Integer shards,
            @Nullable Integer reshardingTo,
            List<ShardStatus> statuses) {}
}
