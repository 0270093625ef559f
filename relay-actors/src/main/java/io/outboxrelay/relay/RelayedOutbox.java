package io.outboxrelay.relay;

import io.outboxrelay.publish.Publisher;
import io.outboxrelay.replay.ReplaySetup;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.OutboxAdmin;
import io.outboxrelay.store.OutboxStore;
import org.jspecify.annotations.Nullable;

/**
 * One outbox, ready to be relayed by this node.
 *
 * @param replays where events are read that were sent, and how they are sent again
 * @param shards how many its database said it has, when this node opened it; null if it did not answer
 */
public record RelayedOutbox(
        OutboxSettings settings,
        OutboxStore store,
        OutboxAdmin admin,
        Publisher publisher,
        ReplaySetup.Source replays,
        @Nullable Integer shards) {}
