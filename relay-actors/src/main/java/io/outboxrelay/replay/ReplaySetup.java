package io.outboxrelay.replay;

import io.outboxrelay.coordinator.CoordinatorActor;
import io.outboxrelay.publish.Publisher;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.SentRows;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * What replays work with.
 *
 * @param sources by outbox name
 * @param node host:port of this node
 * @param confirmWithin how long the coordinator may take to write something down
 * @param noteAgain how long to wait before it is asked again
 * @param stopWithin how long what is on its way to Kafka may take when a replay is stopped
 */
public record ReplaySetup(
        Map<String, Source> sources,
        ActorRef<CoordinatorActor.Command> coordinator,
        String node,
        Clock clock,
        Duration confirmWithin,
        Duration noteAgain,
        Duration stopWithin) {

    /** Where events are read, and how they are sent again. */
    public record Source(OutboxSettings settings, SentRows rows, Publishers publishers) {}

    /** Opens a publisher for one replay. */
    @FunctionalInterface
    public interface Publishers {
        /**
         * Opens it.
         *
         * @param topic for all events; empty: where they were sent before
         * @throws io.outboxrelay.fault.RelayException if Kafka's client refuses its configuration
         */
        Publisher open(String replay, String topic);
    }
}
