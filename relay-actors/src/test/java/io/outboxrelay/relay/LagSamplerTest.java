package io.outboxrelay.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.metrics.RelayMetrics;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.shard.Phase;
import io.outboxrelay.shard.ShardStatus;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LagSamplerTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final ShardId STUCK = new ShardId("orders", 0);
    private static final ShardId SILENT = new ShardId("orders", 1);

    private final ActorTestKit kit = ActorTestKit.create("LagSamplerTest");
    private final RelayMetrics metrics = RelayMetrics.get(kit.system());
    private final AtomicBoolean unready = new AtomicBoolean(true);

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    private CompletionStage<ShardStatus> answer(ShardId shard) {
        return shard.equals(SILENT)
                ? CompletableFuture.failedFuture(new TimeoutException("planned"))
                : CompletableFuture.completedFuture(new ShardStatus(
                        shard.outbox(),
                        shard.number(),
                        "here:1",
                        Phase.RELAYING,
                        7,
                        null,
                        12,
                        false,
                        1.5,
                        0,
                        0,
                        0,
                        0,
                        0,
                        true,
                        "Kafka is away",
                        null,
                        null,
                        0.5,
                        0,
                        unready.get()));
    }

    @Test
    void readinessSaysWhichShardStandsStillAndWhyUntilThatIsOver() {
        RelayReadiness readiness = new RelayReadiness(Adapter.toClassic(kit.system()));
        metrics.open(STUCK, 500, Clock.systemUTC());
        metrics.open(SILENT, 500, Clock.systemUTC());
        kit.spawn(LagSampler.create(this::answer));
        await().atMost(LIMIT).until(() -> !metrics.troubles().isEmpty());
        assertThat(readiness.get())
                .failsWithin(LIMIT)
                .withThrowableThat()
                .withMessageContaining("shard orders/0: Kafka is away");
        unready.set(false);
        await().atMost(LIMIT).until(() -> metrics.troubles().isEmpty());
        assertThat(readiness.get()).succeedsWithin(LIMIT).isEqualTo(false);
        assertThat(new RelayStartup(Adapter.toClassic(kit.system())).get())
                .succeedsWithin(LIMIT)
                .isEqualTo(false);
    }
}
