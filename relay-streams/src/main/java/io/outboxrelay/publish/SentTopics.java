package io.outboxrelay.publish;

import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.settings.RoutingSettings;
import java.util.Optional;

/** Where the events of an outbox go, for those who look for them there. */
public final class SentTopics {
    private final TopicRoute route;

    public SentTopics(RoutingSettings routing) {
        this.route = new TopicRoute(routing);
    }

    /** The topic of a row, with or without its payload; empty where it can have none. */
    public Optional<String> of(OutboxRow row) {
        try {
            return Optional.of(route.of(new RowView(row)));
        } catch (RelayException e) {
            return Optional.empty();
        }
    }
}
