package io.outboxrelay.store.postgres.model;

import static org.awaitility.Awaitility.await;

import io.outboxrelay.store.postgres.RingStore;
import io.outboxrelay.store.postgres.model.ModelLog.Publication;
import io.outboxrelay.store.postgres.model.ModelNode.Lease;
import io.outboxrelay.testkit.Verdict.Event;
import io.outboxrelay.testkit.Waits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.typed.ActorSystem;

/** The store itself as a reader among the others. It reads all the time; a poll waits until nothing visible is left. */
final class RingPoller implements Poller, AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final ModelLog log = new ModelLog();
    private final ModelNode node;
    private final List<Lease> leases = new ArrayList<>();

    RingPoller(ActorSystem<?> system, ModelDatabase database) {
        int shards = database.settings().shards();
        try (RingStore store = RingStore.open(system, database.settings())) {
            Waits.get(store.shards(shards), LIMIT);
        }
        node = new ModelNode(system, database.settings());
        for (int shard = 0; shard < shards; shard++) {
            leases.add(node.start(
                    Waits.get(node.claim(shard), LIMIT),
                    claim -> new UnreliablePublisher(log, claim, new Random(), new AtomicBoolean(true), new Tally())));
        }
    }

    @Override
    public void poll() {
        await().atMost(LIMIT)
                .until(() -> leases.stream().allMatch(lease -> Waits.get(node.waiting(lease.claim()), LIMIT) == 0));
    }

    @Override
    public List<Event> published() {
        return log.publications().stream().map(Publication::event).toList();
    }

    @Override
    public void close() {
        node.die();
    }
}
