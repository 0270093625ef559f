package io.outboxrelay.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ReachActorTest {
    private static final ActorTestKit KIT = ActorTestKit.create("ReachActorTest");
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final RelayException NO_BROKER = new RelayException(Fault.TRANSIENT, "no broker");

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger looks = new AtomicInteger();
    private final TestProbe<Reach> asker = KIT.createTestProbe();
    private volatile CompletableFuture<Boolean> database = CompletableFuture.completedFuture(true);
    private volatile CompletableFuture<Done> kafka = CompletableFuture.completedFuture(Done.getInstance());
    private final ActorRef<ReachActor.Command> reach = KIT.spawn(ReachActor.create(new ReachActor.Setup(
            "orders",
            () -> {
                looks.incrementAndGet();
                return database;
            },
            () -> kafka,
            nanos::get)));

    @AfterAll
    static void stopKit() {
        KIT.shutdownTestKit();
    }

    private Reach after(Duration passed) {
        nanos.addAndGet(passed.toNanos());
        reach.tell(new ReachActor.Ask(asker.ref()));
        return asker.receiveMessage(LIMIT);
    }

    @Test
    void tellsWhatIsReachedSinceWhenAndTheLastError() {
        Reach well = after(Duration.ZERO);
        assertThat(well.outbox()).isEqualTo("orders");
        assertThat(well.database()).isEqualTo(new Reach.Side(true, true, 0, 0, null, null));
        assertThat(well.kafka()).isEqualTo(new Reach.Side(true, null, 0, 0, null, null));
        kafka = CompletableFuture.failedFuture(NO_BROKER);
        database = CompletableFuture.completedFuture(false);
        Reach away = after(Duration.ofSeconds(10));
        assertThat(away.database()).isEqualTo(new Reach.Side(true, false, 0, 10, null, null));
        assertThat(away.kafka()).isEqualTo(new Reach.Side(false, null, 0, 0, "no broker", 0.0));
        assertThat(after(Duration.ofSeconds(5)).kafka()).isEqualTo(new Reach.Side(false, null, 0, 5, "no broker", 0.0));
        kafka = CompletableFuture.completedFuture(Done.getInstance());
        assertThat(after(Duration.ofSeconds(5)).kafka()).isEqualTo(new Reach.Side(true, null, 0, 0, "no broker", 5.0));
    }

    @Test
    void looksOnceForAllWhoAskMeanwhileAndWithinASecond() {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        database = answer;
        reach.tell(new ReachActor.Ask(asker.ref()));
        reach.tell(new ReachActor.Ask(asker.ref()));
        await().atMost(LIMIT).until(() -> looks.get() == 1);
        nanos.addAndGet(Duration.ofMillis(7).toNanos());
        answer.complete(true);
        asker.receiveSeveralMessages(2, LIMIT)
                .forEach(seen -> assertThat(seen.database().latencyMillis()).isEqualTo(7));
        after(Duration.ofMillis(900));
        assertThat(looks).hasValue(1);
        after(Duration.ofMillis(100));
        assertThat(looks).hasValue(2);
    }

    @Test
    void doesNotWaitForeverAndLeavesTheLookItself() {
        CompletableFuture<Boolean> never = new CompletableFuture<>();
        database = never;
        Reach seen = after(Duration.ZERO);
        assertThat(seen.database().reachable()).isFalse();
        assertThat(seen.database().primary()).isNull();
        assertThat(seen.database().lastError()).isEqualTo("the database did not answer within 5 s");
        assertThat(seen.kafka().reachable()).isTrue();
        assertThat(never).isNotDone();
    }
}
