package io.outboxrelay.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ConsoleFeedTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final ActorTestKit KIT = ActorTestKit.create("ConsoleFeed");
    private static final ClusterLook.Seen SEEN =
            new ClusterLook.Seen(new Snapshot("a:1", true, true, List.of(), List.of()), ShardTurns.NOTHING_HEARD);

    private final AtomicInteger looks = new AtomicInteger();

    @AfterAll
    static void stopKit() {
        KIT.shutdownTestKit();
    }

    private ConsoleFeed feed(CompletionStage<ClusterLook.Seen> answer) {
        return new ConsoleFeed(KIT.system(), turns -> {
            looks.incrementAndGet();
            return answer;
        });
    }

    private static <T> T result(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private static UniqueKillSwitch watch(ConsoleFeed feed, Sink<String, ?> into) {
        return feed.snapshots()
                .viaMat(KillSwitches.single(), Keep.right())
                .to(into)
                .run(KIT.system());
    }

    @Test
    void allWhoWaitShareOneLookHoweverLongItTakes() throws Exception {
        CompletableFuture<ClusterLook.Seen> answer = new CompletableFuture<>();
        ConsoleFeed feed = feed(answer);
        List<CompletionStage<String>> asked =
                IntStream.range(0, 100).mapToObj(n -> feed.latest()).toList();
        assertThat(looks).hasValue(1);
        answer.complete(SEEN);
        for (CompletionStage<String> one : asked) {
            assertThat(result(one))
                    .isEqualTo(
                            "{\"node\":\"a:1\",\"started\":true,\"coordinator\":true,\"members\":[],\"outboxes\":[]}");
        }
    }

    @Test
    void whoWatchesGetsOneSnapshotAfterAnotherAndWhoGoesLeavesRoom() throws Exception {
        ConsoleFeed feed = feed(CompletableFuture.completedFuture(SEEN));
        List<String> three = result(feed.snapshots().take(3).runWith(Sink.seq(), KIT.system()));
        assertThat(three).hasSize(3);
        assertThat(looks).hasValueBetween(3, 4);
        await().atMost(LIMIT).until(() -> feed.streams() == 0);
    }

    @Test
    void aLookThatFailsEndsTheStreamsAndNotTheNextLook() throws Exception {
        AtomicInteger tried = new AtomicInteger();
        ConsoleFeed feed = new ConsoleFeed(KIT.system(), turns -> {
            if (tried.incrementAndGet() == 1) {
                throw new IllegalStateException("planned");
            }
            return CompletableFuture.completedFuture(SEEN);
        });
        assertThat(feed.latest().toCompletableFuture()).isCompletedExceptionally();
        await().atMost(LIMIT).until(() -> !feed.latest().toCompletableFuture().isCompletedExceptionally());
    }

    @Test
    void thereIsRoomForFiftyAndAStreamBeyondThemIsEmpty() throws Exception {
        ConsoleFeed feed = feed(CompletableFuture.completedFuture(SEEN));
        List<UniqueKillSwitch> watching = IntStream.range(0, ConsoleFeed.MOST_STREAMS)
                .mapToObj(n -> watch(feed, Sink.ignore()))
                .toList();
        await().atMost(LIMIT).until(feed::isFull);
        assertThat(result(feed.snapshots().runWith(Sink.seq(), KIT.system()))).isEmpty();
        watching.forEach(UniqueKillSwitch::shutdown);
        await().atMost(LIMIT).until(() -> feed.streams() == 0);
        assertThat(feed.isFull()).isFalse();
    }
}
