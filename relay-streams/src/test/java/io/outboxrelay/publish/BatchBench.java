package io.outboxrelay.publish;

import com.typesafe.config.ConfigFactory;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.Position;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.model.SlotRange;
import io.outboxrelay.sandbox.SandboxKafkaCluster;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.RelaySettings;
import io.outboxrelay.store.Parked;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Measures what docs/decisions/0012-batching.md shows: how batches follow the traffic. Three brokers in processes of their
 * own. Run `main` with the test class path; the first argument is the seconds of each run (8).
 */
final class BatchBench {
    private static final int SHARDS = 16;
    private static final Duration TICK = Duration.ofMillis(10);
    private static final int BACKLOG = 0;
    private static final int BACKLOG_CHUNK = 500;

    private final ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "batch-bench");
    private final String servers;
    private final int seconds;
    private final List<Long> micros = new ArrayList<>();
    private long acknowledged;

    private BatchBench(String servers, int seconds) {
        this.servers = servers;
        this.seconds = seconds;
    }

    public static void main(String[] arguments) throws Exception {
        int seconds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 8;
        try (SandboxKafkaCluster kafka = SandboxKafkaCluster.start()) {
            kafka.createTopic("outbox.event.order", 6);
            System.out.println(
                    "| rows/s | compression | linger ms | acknowledged/s | p50 ms | p99 ms | rows per request"
                            + " | batch bytes | requests/s |\n|---|---|---|---|---|---|---|---|---|");
            for (int pass = 0; pass < 2; pass++) {
                for (int rate : new int[] {500, 2_000, 10_000, BACKLOG}) {
                    for (String linger : List.of("0", "5")) {
                        new BatchBench(kafka.bootstrapServers(), seconds).run(rate, "lz4", linger);
                    }
                    new BatchBench(kafka.bootstrapServers(), seconds).run(rate, "none", "0");
                }
            }
        }
        System.exit(0);
    }

    private void run(int rate, String compression, String linger) throws Exception {
        OutboxSettings settings = RelaySettings.from(
                        ConfigFactory.parseString("""
                        outbox-relay {
                          database.url = "jdbc:postgresql://127.0.0.1:1/none"
                          kafka { bootstrap-servers = "%s", compression = %s, properties { linger.ms = %s } }
                          outboxes.orders {}
                        }
                        """.formatted(servers, compression, linger)))
                .outboxes()
                .get("orders");
        KafkaPublisher publisher = KafkaPublisher.open(system, settings);
        List<CompletionStage<Done>> shards = new ArrayList<>();
        long began = System.nanoTime();
        for (int shard = 0; shard < SHARDS; shard++) {
            shards.add(relay(publisher, settings, shard, rate));
        }
        CompletableFuture.allOf(shards.stream()
                        .map(CompletionStage::toCompletableFuture)
                        .toArray(CompletableFuture[]::new))
                .join();
        double took = (System.nanoTime() - began) / 1e9;
        print(rate, compression, linger, took);
        publisher.close().toCompletableFuture().join();
        system.terminate();
    }

    private CompletionStage<Done> relay(KafkaPublisher publisher, OutboxSettings settings, int number, int rate) {
        ShardId shard = new ShardId("orders", number);
        Gate gate = Gate.to(settings.publisher());
        Claim claim = new Claim(shard, 1, new SlotRange(0, 0), new Place());
        gate.open(claim, Parked.NONE, refusals -> CompletableFuture.completedFuture(Done.getInstance()));
        Pace pace = new Pace(rate);
        Source<Chunk, ?> chunks = rate == BACKLOG
                ? Source.repeat(BACKLOG_CHUNK).map(rows -> chunk(shard, rows))
                : Source.tick(Duration.ZERO, TICK, pace).map(any -> chunk(shard, pace.due()));
        return chunks.takeWithin(Duration.ofSeconds(seconds))
                .filter(chunk -> !chunk.rows().isEmpty())
                .via(publisher.flow(gate))
                .runWith(Sink.foreach(this::arrived), system);
    }

    /** How many rows one shard has written since it was last asked. */
    private static final class Pace {
        private final double rowsPerNano;
        private final long began = System.nanoTime();
        private long given;

        Pace(int rate) {
            this.rowsPerNano = rate / 1e9 / SHARDS;
        }

        int due() {
            long rows = (long) ((System.nanoTime() - began) * rowsPerNano) - given;
            given += rows;
            return (int) rows;
        }
    }

    private synchronized void arrived(Delivery delivery) {
        acknowledged += delivery.chunk().rows().size();
        micros.add(TimeUnit.NANOSECONDS.toMicros(
                System.nanoTime() - ((Place) delivery.chunk().end()).sent));
    }

    private static final class Place implements Position {
        private final long sent = System.nanoTime();
    }

    private static Chunk chunk(ShardId shard, int rows) {
        List<OutboxRow> list = IntStream.range(0, rows)
                .mapToObj(n -> new OutboxRow(
                        n,
                        "0192f7c4-6e7a-7e0c-9f4e-" + ThreadLocalRandom.current().nextInt(),
                        "order",
                        Integer.toString(ThreadLocalRandom.current().nextInt(10_000)),
                        "OrderChanged",
                        payload(),
                        null,
                        Instant.now()))
                .toList();
        return new Chunk(shard, list, new Place());
    }

    /** 300 bytes, of which half can be compressed. */
    private static byte[] payload() {
        byte[] payload = new byte[300];
        Arrays.fill(payload, (byte) 'x');
        byte[] random = new byte[150];
        ThreadLocalRandom.current().nextBytes(random);
        System.arraycopy(random, 0, payload, 0, random.length);
        return payload;
    }

    private void print(int rate, String compression, String linger, double took) throws Exception {
        long[] sorted = micros.stream().mapToLong(Long::longValue).sorted().toArray();
        System.out.printf(
                "| %s | %s | %s | %,.0f | %.1f | %.1f | %.0f | %,.0f | %.0f |%n",
                rate == BACKLOG ? "backlog" : "%,d".formatted(rate),
                compression,
                linger,
                acknowledged / took,
                sorted[sorted.length / 2] / 1e3,
                sorted[(int) (sorted.length * 0.99)] / 1e3,
                metric("records-per-request-avg"),
                metric("batch-size-avg"),
                metric("request-rate"));
    }

    private static double metric(String name) throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName producers = new ObjectName("kafka.producer:type=producer-metrics,client-id=outbox-relay-orders*");
        double most = 0;
        for (ObjectName producer : server.queryNames(producers, null)) {
            most = Math.max(most, (Double) server.getAttribute(producer, name));
        }
        return most;
    }
}
