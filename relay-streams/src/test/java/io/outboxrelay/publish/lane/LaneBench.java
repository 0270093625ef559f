package io.outboxrelay.publish.lane;

import io.outboxrelay.model.ShardId;
import io.outboxrelay.publish.KafkaFaultsForLanes;
import io.outboxrelay.sandbox.SandboxKafka;
import io.outboxrelay.settings.KafkaSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Measures what docs/decisions/0009-exactly-once-lanes.md shows; the broker is a process of its own. Run `main` with the
 * test class path; the first argument is the seconds of each run (12).
 */
final class LaneBench {
    private static final int SHARDS = 16;
    private static final int ROW_BYTES = 300;
    private static final int POSITION_CHARS = 120;

    private final String servers;
    private final ProcessHandle broker;
    private final ActorSystem<Void> actors = ActorSystem.create(Behaviors.empty(), "lane-bench");
    private final Duration length;

    private LaneBench(String servers, ProcessHandle broker, Duration length) {
        this.servers = servers;
        this.broker = broker;
        this.length = length;
    }

    /** Runs everything, or with the argument `broker` is the broker. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0 && arguments[0].equals("broker")) {
            System.out.println("at " + SandboxKafka.start().bootstrapServers());
            System.in.read();
            System.exit(0);
        }
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx700m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LaneBench.class.getName(),
                        "broker")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = output.readLine();
        while (!line.startsWith("at ")) {
            line = output.readLine();
        }
        Duration length = Duration.ofSeconds(arguments.length > 0 ? Integer.parseInt(arguments[0]) : 12);
        new LaneBench(line.substring(3), process.toHandle(), length).run();
        process.destroy();
        System.exit(0);
    }

    private enum Way {
        NO_POSITION,
        RECORD,
        RECORD_RETRIED_LATE,
        OFFSETS
    }

    private void run() throws Exception {
        topics();
        commits(Way.OFFSETS, Duration.ofSeconds(10));
        flood(1);
        for (int pass = 0; pass < 2; pass++) {
            for (Way way : Way.values()) {
                commits(way, length);
            }
            for (int lanes : new int[] {1, 2, 4}) {
                flood(lanes);
            }
            for (int lanes : new int[] {1, SHARDS}) {
                trickle(lanes);
            }
        }
    }

    private void topics() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            admin.createTopics(List.of(
                            new NewTopic("events", SHARDS, (short) 1),
                            new NewTopic("offsets", SHARDS, (short) 1),
                            new NewTopic("positions", 8, (short) 1).configs(Map.of("cleanup.policy", "compact"))))
                    .all()
                    .get();
        }
    }

    private LaneSettings settings() {
        return LaneSettings.of(
                "bench", new KafkaSettings(servers, KafkaSettings.Compression.LZ4, Map.of()), 1000 << 10);
    }

    private static ProducerRecord<byte[], byte[]> event(int partition) {
        byte[] value = new byte[ROW_BYTES];
        ThreadLocalRandom.current().nextBytes(value);
        return new ProducerRecord<>("events", partition, LaneKit.bytes("key-" + partition), value);
    }

    /** 100 transactions a second of one row to each of 16 partitions. */
    private void commits(Way way, Duration during) {
        String id = "bench-" + UUID.randomUUID();
        Map<String, Object> properties = LaneProperties.producer(settings(), id);
        if (way == Way.RECORD_RETRIED_LATE) {
            properties.put("retry.backoff.ms", "100");
        }
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
            Run run = new Run();
            long due = System.nanoTime();
            while (System.nanoTime() - run.begun < during.toNanos()) {
                due = awaitDue(due, 10_000_000L);
                long begun = System.nanoTime();
                producer.beginTransaction();
                for (int partition = 0; partition < SHARDS; partition++) {
                    var unused = producer.send(event(partition));
                }
                position(way, producer, id);
                producer.commitTransaction();
                run.took(begun, SHARDS);
                run.transactions.incrementAndGet();
            }
            run.print("commits, " + way.name().toLowerCase(Locale.ROOT));
        }
    }

    @SuppressWarnings("removal") // no consumer stands behind it
    private static void position(Way way, KafkaProducer<byte[], byte[]> producer, String id) {
        String position = "p".repeat(POSITION_CHARS);
        if (way == Way.RECORD || way == Way.RECORD_RETRIED_LATE) {
            Map<ShardId, Carried> shards = new HashMap<>();
            IntStream.range(0, SHARDS).forEach(s -> shards.put(new ShardId("bench", s), new Carried(1, position)));
            var unused = producer.send(
                    new ProducerRecord<>("positions", 3, LaneKit.bytes(id), PositionRecord.encode(shards)));
        } else if (way == Way.OFFSETS) {
            Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
            IntStream.range(0, SHARDS)
                    .forEach(s -> offsets.put(new TopicPartition("offsets", s), new OffsetAndMetadata(1, position)));
            producer.sendOffsetsToTransaction(offsets, new ConsumerGroupMetadata("bench"));
        }
    }

    private static long awaitDue(long due, long everyNanos) {
        long now = System.nanoTime();
        while (now < due) {
            LockSupport.parkNanos(due - now);
            now = System.nanoTime();
        }
        return Math.max(due + everyNanos, now - 50_000_000L);
    }

    private List<TransactionLane> lanes(int count, LaneHook hook) throws Exception {
        List<TransactionLane> lanes = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            lanes.add(LaneKit.get(TransactionLane.open(actors, settings(), KafkaFaultsForLanes.CLASSIFIER, hook)));
        }
        return lanes;
    }

    /** 16 shards, each with eight chunks of 250 rows under way all the time. */
    private void flood(int count) throws Exception {
        Run run = new Run();
        List<TransactionLane> lanes = lanes(count, run.counting());
        run.restart();
        for (int s = 0; s < SHARDS; s++) {
            flood(run, lanes.get(s % count), s);
        }
        run.awaitEnd(length);
        run.print("flood, " + count + " lanes");
        for (TransactionLane lane : lanes) {
            LaneKit.get(lane.close());
        }
    }

    private void flood(Run run, TransactionLane lane, int shard) {
        List<ProducerRecord<byte[], byte[]>> chunk =
                IntStream.range(0, 250).mapToObj(n -> event(shard)).toList();
        for (int n = 0; n < 8; n++) {
            again(run, lane, shard, chunk);
        }
    }

    private void again(Run run, TransactionLane lane, int shard, List<ProducerRecord<byte[], byte[]>> chunk) {
        String position = "p".repeat(POSITION_CHARS);
        long begun = System.nanoTime();
        lane.send(new ShardId("bench", shard), 1, chunk, position).whenComplete((done, failure) -> {
            if (failure == null && !run.over) {
                run.took(begun, chunk.size());
                lane.settled(new ShardId("bench", shard), 1, position);
                again(run, lane, shard, chunk);
            }
        });
    }

    /** 2,000 events a second: each of 16 shards sends one row every 8 ms. */
    private void trickle(int count) throws Exception {
        Run run = new Run();
        List<TransactionLane> lanes = lanes(count, run.counting());
        run.restart();
        Semaphore underWay = new Semaphore(20_000);
        long due = System.nanoTime();
        int shard = 0;
        while (System.nanoTime() - run.begun < length.toNanos()) {
            due = awaitDue(due, 500_000L);
            underWay.acquire();
            long begun = System.nanoTime();
            lanes.get(shard % count)
                    .send(new ShardId("bench", shard), 1, List.of(event(shard)), "p".repeat(POSITION_CHARS))
                    .whenComplete((done, failure) -> {
                        run.took(begun, 1);
                        underWay.release();
                    });
            shard = (shard + 1) % SHARDS;
        }
        run.print("2,000/s, " + count + " lanes");
        for (TransactionLane lane : lanes) {
            LaneKit.get(lane.close());
        }
    }

    /** Figures of one run. */
    private final class Run {
        final AtomicLong transactions = new AtomicLong();
        final AtomicLong rows = new AtomicLong();
        final ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();
        volatile boolean over;
        long begun;
        long brokerCpu;
        long ownCpu;

        Run() {
            restart();
        }

        void restart() {
            transactions.set(0);
            begun = System.nanoTime();
            brokerCpu = cpu(broker);
            ownCpu = cpu(ProcessHandle.current());
        }

        LaneHook counting() {
            return point -> {
                if (point == LaneHook.Point.COMMITTED) {
                    transactions.incrementAndGet();
                }
            };
        }

        void took(long since, int count) {
            nanos.add(System.nanoTime() - since);
            rows.addAndGet(count);
        }

        void awaitEnd(Duration during) {
            while (System.nanoTime() - begun < during.toNanos()) {
                LockSupport.parkNanos(1_000_000);
            }
            over = true;
        }

        void print(String what) {
            double seconds = (System.nanoTime() - begun) / 1e9;
            List<Long> sorted = new ArrayList<>(nanos);
            Collections.sort(sorted);
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.0f tx/s | %.0f rows/s | p50 %.1f ms | p99 %.1f ms | broker CPU %.2f | own CPU %.2f | load %s |%n",
                    what,
                    transactions.get() / seconds,
                    rows.get() / seconds,
                    sorted.get(sorted.size() / 2) / 1e6,
                    sorted.get(sorted.size() * 99 / 100) / 1e6,
                    (cpu(broker) - brokerCpu) / 1e9 / seconds,
                    (cpu(ProcessHandle.current()) - ownCpu) / 1e9 / seconds,
                    load());
        }
    }

    private static long cpu(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
    }

    private static String load() {
        try {
            return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
        } catch (IOException e) {
            return "?";
        }
    }
}
