package io.outboxrelay.graph;

import static org.awaitility.Awaitility.await;

import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.publish.Gate;
import io.outboxrelay.testkit.InMemoryOutboxStore;
import io.outboxrelay.testkit.RecordingPublisher;
import io.outboxrelay.testkit.TestEvent;
import io.outboxrelay.testkit.TestSettings;
import io.outboxrelay.testkit.Verdict;
import io.outboxrelay.testkit.Waits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.Materializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** One shard, read in chunks of ten rows. */
abstract class GraphScene {
    static final Duration LIMIT = Duration.ofSeconds(60);
    static final int CHUNK = 10;
    static final int CHUNKS_IN_FLIGHT = 4;
    static final int MAX_IN_FLIGHT = 60;
    private static ActorSystem system;
    static Materializer materializer;

    final InMemoryOutboxStore store = InMemoryOutboxStore.withShards("orders", 1);
    final RecordingPublisher publisher = new RecordingPublisher(CHUNKS_IN_FLIGHT);
    final ShardMeter meter = new ShardMeter();
    private int written;

    @BeforeAll
    static void startSystem() {
        system = ActorSystem.create("graph");
        materializer = Materializer.createMaterializer(system);
    }

    @AfterAll
    static void stopSystem() {
        system.terminate();
        Waits.get(system.getWhenTerminated(), LIMIT);
    }

    Claim claim() {
        return Waits.get(store.claim(new ShardId("orders", 0)), LIMIT);
    }

    ShardStream start() {
        return start(claim());
    }

    ShardStream start(Claim claim) {
        return ShardStream.start(store, publisher, gate(), claim, MAX_IN_FLIGHT, meter, materializer);
    }

    Gate gate() {
        return Gate.to(TestSettings.PUBLISHER);
    }

    /** Commits rows in one transaction, over five keys. */
    void append(int rows) {
        List<TestEvent> events = new ArrayList<>();
        for (int n = 0; n < rows; n++) {
            events.add(new TestEvent("key-" + written % 5, Integer.toString(written)));
            written++;
        }
        store.append(events);
    }

    static void drain(ShardStream stream) {
        stream.drain();
        Waits.get(stream.completion(), LIMIT);
    }

    static RelayException failureOf(ShardStream stream) {
        return Waits.failure(stream.completion(), LIMIT);
    }

    static void eventually(Callable<Boolean> condition) {
        await().pollInterval(Duration.ofMillis(2)).atMost(LIMIT).until(condition);
    }

    Verdict verdict() {
        return Verdict.ofRows(store.committedRows(), publisher.sent());
    }
}
