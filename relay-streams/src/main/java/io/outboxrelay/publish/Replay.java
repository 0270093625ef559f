package io.outboxrelay.publish;

import io.outboxrelay.settings.KafkaSettings;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.PublisherSettings;
import io.outboxrelay.settings.PublisherSettings.Delivery;
import io.outboxrelay.settings.PublisherSettings.OnPoison;
import io.outboxrelay.settings.RoutingSettings;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerConfig;

/** How events that were sent once are sent again. */
public final class Replay {
    /** Of each record that is sent again; its value is the id of the replay. Instead of the header about deliveries. */
    public static final String HEADER = "outbox-relay-replay";

    /** Of them the replay tells; none waits for a person. */
    private static final int MOST_LEFT_OUT = 10_000_000;

    private static final Set<String> TRANSACTIONS =
            Set.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, ProducerConfig.TRANSACTION_TIMEOUT_CONFIG);

    private Replay() {}

    /**
     * The outbox's settings for a publisher that sends events again: nothing is put aside, nothing waits for another, and
     * its producer has a name of its own.
     *
     * @param topic for all of them; empty: where they were sent before
     */
    static OutboxSettings of(OutboxSettings live, String topic) {
        Map<String, String> properties = new HashMap<>(live.kafka().properties());
        properties.keySet().removeAll(ProducerProperties.fixed()); // others may be legal where it is exactly once
        properties.keySet().removeAll(TRANSACTIONS);
        properties.merge(
                ProducerConfig.CLIENT_ID_CONFIG,
                "outbox-relay-" + live.name() + "-replay",
                (own, ours) -> own + "-replay");
        return new OutboxSettings(
                live.name(),
                live.table(),
                live.shards(),
                live.database(),
                new KafkaSettings(live.kafka().bootstrapServers(), live.kafka().compression(), properties),
                live.reader(),
                leavingOut(live.publisher()),
                live.acknowledge(),
                live.columns(),
                topic.isEmpty() ? live.routing() : to(topic, live.routing()),
                live.purge(),
                live.onHistoryChange(),
                live.retry(),
                live.stuckAfter(),
                live.drainTimeout());
    }

    /** What lets rows pass that are sent again: one that can never be published is left out, and no other waits for it. */
    public static Gate gate(PublisherSettings live) {
        return Gate.to(leavingOut(live));
    }

    private static PublisherSettings leavingOut(PublisherSettings live) {
        return new PublisherSettings(
                Delivery.AT_LEAST_ONCE,
                live.maxInFlight(),
                OnPoison.PARK_AND_CONTINUE,
                "",
                MOST_LEFT_OUT,
                live.topicCheckInterval(),
                "");
    }

    private static RoutingSettings to(String topic, RoutingSettings live) {
        return new RoutingSettings(
                topic,
                live.topicBy(),
                "",
                "",
                live.key(),
                live.timestamp(),
                live.placement(),
                live.tombstoneOnEmptyPayload(),
                live.json(),
                live.cloudEvents());
    }
}
