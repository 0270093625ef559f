package io.outboxrelay.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.cli.CliAnswer;
import io.outboxrelay.settings.LoadedConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** By the command line, where rows and positions travel in transactions: replays stay beside them, and are told apart. */
class ExactlyOnceReplayIT extends ShopScene {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private static CliAnswer run(Path config, String... command) {
        String[] all = Arrays.copyOf(command, command.length + 2);
        all[command.length] = "--config";
        all[command.length + 1] = config.toString();
        return CliAnswer.of(all);
    }

    @Test
    void eventsAreSentAgainAndTheOutboxIsStillCompleteAndInOrder() throws Exception {
        Path file = shop.config(
                "outbox-relay.outboxes.orders.publisher.delivery = exactly-once",
                "outbox-relay.kafka.properties { \"transaction.timeout.ms\" = 50000,"
                        + " \"delivery.timeout.ms\" = 25000 }");
        LoadedConfig config = LoadedConfig.load(file);
        shop.migrate(config);
        Node node = Node.start(config);
        shop.awaitOwners(config, 1);
        for (int round = 0; round < 3; round++) {
            shop.writeRound();
        }
        await().atMost(LIMIT).until(() -> shop.topic().size() == shop.written());
        await().atMost(LIMIT).untilAsserted(() -> {
            CliAnswer answer = run(file, "replay", "--key", "k-1", "--reason", "lost");
            assertThat(answer.code()).as(answer.err()).isZero();
            assertThat(answer.out()).contains("3 events sent again");
        });
        assertThat(shop.topic()).hasSizeGreaterThanOrEqualTo(shop.written() + 3);
        CliAnswer verified = run(file, "verify");
        assertThat(verified.code()).as(verified.out()).isZero();
        assertThat(verified.out()).contains(shop.written() + " events that were sent", "missing: 0", "out of order: 0");
        assertThat(run(file, "history").out()).contains("replay-done", "3 events published", "lost");
        node.stop().toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
}
