package io.outboxrelay.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.demo.Audit;
import io.outboxrelay.demo.Audit.Judgement;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.sandbox.SandboxKafka;
import io.outboxrelay.settings.LoadedConfig;
import io.outboxrelay.settings.OutboxSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes end again and again, at named points, while writers write: dead, frozen and awakened after others took over, or
 * in good order. `-Dcrash.ends=N` says how often, `-Dcrash.seed=N` repeats the decisions, `-Dcrash.delivery` is the
 * publisher's.
 */
class CrashLoopIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int ENDS = Integer.getInteger("crash.ends", 200);
    private static final long SEED = Long.getLong("crash.seed", System.nanoTime());
    private static final String DELIVERY = System.getProperty("crash.delivery", "at-least-once");
    private static final int EVENTS_PER_SECOND = Integer.getInteger("crash.rate", 600);
    private static final int SHARDS = 6;
    private static final int CHUNK_ROWS = 10;
    private static final int WINDOW = 60;

    @TempDir
    static Path folder;

    private final Random random = new Random(SEED);
    private final Windows windows = new Windows();
    private final Map<String, Integer> ends = new TreeMap<>();
    private final List<MortalNode> nodes = new ArrayList<>();
    private ActorSystem<Void> system;
    private OutboxSettings settings;
    private int opened;
    private int largestAtEnd;

    @Test
    void everyEventArrivesInOrderAndAgainOnlyIfItWasInFlightWhenANodeEnded() throws Exception {
        System.out.println("CrashLoopIT seed " + SEED + ", delivery " + DELIVERY);
        try (Audit audit = Audit.open(folder);
                SandboxKafka kafka = SandboxKafka.start(folder)) {
            kafka.createTopic(Audit.TOPIC, 5);
            settings = settings(audit, kafka);
            system = ActorSystem.create(Behaviors.empty(), "crash");
            audit.startWriting(EVENTS_PER_SECOND);
            start();
            for (int n = 0; n < ENDS; n++) {
                endOldest(n < ENDS - nodes.size() ? Life.random(random) : Life.unharmed());
            }
            audit.stopWriting();
            audit.awaitArrival(kafka.bootstrapServers(), LIMIT);
            for (MortalNode node : nodes) {
                handOver(node);
            }
            system.terminate();
            judge(audit.judge(kafka.bootstrapServers()));
            judgeFiltered(audit.judgeFiltered(kafka.bootstrapServers(), 2 * WINDOW));
        }
    }

    private OutboxSettings settings(Audit audit, SandboxKafka kafka) throws Exception {
        List<String> lines = new ArrayList<>(List.of(
                "outbox-relay {",
                "  database { url = \"" + audit.url() + "\", user = " + audit.user() + ", connections = 4 }",
                "  kafka.bootstrap-servers = \"" + kafka.bootstrapServers() + "\"",
                "  outboxes.orders {",
                "    shards = " + SHARDS,
                "    reader { chunk-rows = " + CHUNK_ROWS + ", catch-up-connections = 1 }",
                "    publisher.max-in-flight = " + WINDOW,
                "    retry.backoff-min = 10 ms",
                "  }",
                "}"));
        if (!DELIVERY.equals("at-least-once")) {
            lines.add("outbox-relay.outbox-defaults.publisher.delivery = " + DELIVERY);
        }
        return LoadedConfig.load(Files.write(folder.resolve("crash.conf"), lines))
                .settings()
                .outboxes()
                .get("orders");
    }

    private void start() throws Exception {
        MortalNode one = open(Life.random(random));
        get(one.store().shards(SHARDS));
        one.own(shards(0));
        open(Life.random(random)).own(shards(1));
    }

    /** Every second shard. */
    private static Set<ShardId> shards(int first) {
        return IntStream.range(0, SHARDS)
                .filter(shard -> shard % 2 == first)
                .mapToObj(shard -> new ShardId("orders", shard))
                .collect(Collectors.toSet());
    }

    private MortalNode open(Life life) {
        MortalNode node = MortalNode.open(system, "node-" + ++opened, settings, life, windows);
        nodes.add(node);
        return node;
    }

    /** The oldest node ends as it has to, and another inherits its shards. */
    private void endOldest(Life heirs) throws Exception {
        MortalNode victim = nodes.remove(0);
        switch (victim.life.end) {
            case DEATH -> {
                get(victim.life.reached());
                get(victim.end());
                open(heirs).own(victim.owned());
            }
            case FREEZE -> {
                get(victim.life.reached());
                get(victim.claimed());
                MortalNode heir = open(heirs.spared());
                heir.own(victim.owned());
                get(heir.claimed());
                heirs.arm();
                victim.life.awaken();
                get(victim.abandoned());
                get(victim.end());
            }
            case HAND_OVER -> {
                handOver(victim);
                open(heirs).own(victim.owned());
            }
        }
        ends.merge(victim.life.toString(), 1, Integer::sum);
        largestAtEnd = Math.max(largestAtEnd, windows.of(victim.name));
    }

    private void handOver(MortalNode node) throws Exception {
        node.drain();
        get(node.abandoned());
        assertThat(windows.of(node.name))
                .as("in flight after %s handed over, seed %d", node.name, SEED)
                .isZero();
        get(node.end());
    }

    private void judge(Judgement found) {
        Map<String, Integer> allowed = windows.allowed();
        System.out.println("CrashLoopIT " + ENDS + " ends " + ends + "; " + found + ", allowed "
                + allowed.values().stream().mapToInt(Integer::intValue).sum() + ", most of one end " + largestAtEnd
                + ", largest window of a shard " + windows.largest() + " of " + WINDOW);
        assertThat(found.clean()).as("%s, seed %d", found, SEED).isTrue();
        assertThat(windows.largest())
                .as("rows in flight of one shard, seed %d", SEED)
                .isLessThanOrEqualTo(WINDOW);
        if (DELIVERY.equals("exactly-once")) {
            assertThat(found.duplicates()).as("duplicates, seed %d", SEED).isZero();
        } else {
            found.repeats()
                    .forEach((event, times) -> assertThat(times)
                            .as("repeats of event %s, seed %d", event, SEED)
                            .isLessThanOrEqualTo(allowed.getOrDefault(event, 0)));
        }
    }

    private static void judgeFiltered(Judgement found) {
        assertThat(found.clean())
                .as("without repeats: %s, seed %d", found, SEED)
                .isTrue();
        assertThat(found.duplicates())
                .as("repeats that a consumer does not recognise, seed %d", SEED)
                .isZero();
    }

    private static <T> T get(CompletionStage<T> stage) throws InterruptedException, ExecutionException {
        try {
            return stage.toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("nothing within " + LIMIT + ", seed " + SEED, e);
        }
    }
}
