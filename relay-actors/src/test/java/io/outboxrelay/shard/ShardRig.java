package io.outboxrelay.shard;

import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.testkit.InMemoryOutboxStore;
import io.outboxrelay.testkit.RecordingPublisher;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;

/** One shard actor over an in-memory store and a recording publisher. */
final class ShardRig {
    static final Duration LIMIT = Duration.ofSeconds(30);

    /** A node of another cluster. */
    static final String STRANGER = "elsewhere:1";

    static ActorTestKit newKit(String name) {
        return ActorTestKit.create(
                name, ConfigFactory.parseString("pekko.loglevel = WARNING").withFallback(ConfigFactory.load()));
    }

    final ShardId shard = new ShardId("orders", 0);
    final InMemoryOutboxStore table = InMemoryOutboxStore.withShards("orders", 1);
    final WatchedStore store = new WatchedStore(table);
    final RecordingPublisher publisher = new RecordingPublisher();
    final AtomicLong passedNanos = new AtomicLong();
    final List<ShardId> drained = new CopyOnWriteArrayList<>();
    final TestProbe<ShardStatus> statuses;
    final TestProbe<Object> watcher;
    final ActorRef<ShardActor.Command> actor;

    ShardRig(ActorTestKit kit) {
        this(kit, TestSettings.outbox("orders"));
    }

    ShardRig(ActorTestKit kit, OutboxSettings settings) {
        this.statuses = kit.createTestProbe(ShardStatus.class);
        this.watcher = kit.createTestProbe(Object.class);
        this.actor = kit.spawn(ShardActor.create(new ShardSetup(
                shard,
                settings,
                store,
                publisher,
                "here:1",
                node -> !node.equals(STRANGER),
                drained::add,
                () -> System.nanoTime() + passedNanos.get(),
                Clock.systemUTC())));
    }

    /** As if so much time had passed, for elapsed times; no timer notices. */
    ShardRig later(Duration passed) {
        passedNanos.addAndGet(passed.toNanos());
        return this;
    }

    ShardRig run() {
        actor.tell(new ShardActor.Keep(false, "", 0L));
        return this;
    }

    ShardRig pause() {
        actor.tell(new ShardActor.Keep(true, "paused by ann", 0L));
        return this;
    }

    ShardRig drain() {
        actor.tell(ShardActor.Order.DRAIN);
        return this;
    }

    ShardStatus status() {
        actor.tell(new ShardActor.GetStatus(statuses.ref()));
        return statuses.receiveMessage(LIMIT);
    }

    ShardStatus reaches(Phase phase) {
        return shows(status -> status.phase() == phase);
    }

    ShardStatus shows(Predicate<ShardStatus> wanted) {
        return await().atMost(LIMIT).until(this::status, wanted);
    }

    void stops() {
        watcher.expectTerminated(actor, LIMIT);
    }
}
