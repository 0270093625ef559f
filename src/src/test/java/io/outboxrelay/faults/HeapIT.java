package io.outboxrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.demo.Audit;
import io.outboxrelay.demo.Fleet;
import io.outboxrelay.sandbox.SandboxKafka;
import io.outboxrelay.sandbox.SandboxKafkaCluster;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node with a heap of 256 MB, more than that waiting in rows of a megabyte, many small rows behind them, and brokers
 * that stand still for a while: the node waits, and then everything arrives. `-Dheap.rows=N` small rows,
 * `-Dheap.large=N` rows of a megabyte.
 */
class HeapIT {
    private static final Duration LIMIT = Duration.ofMinutes(Long.getLong("heap.minutes", 5));
    private static final int SMALL = Integer.getInteger("heap.rows", 100_000);
    private static final int LARGE = Integer.getInteger("heap.large", 300);
    private static final int SHARDS = 8;
    private static final int SAMPLES = 5;
    private static final long HEAP_BYTES = 256L << 20;
    private static final String TOO_SMALL = "-Xmx48m";
    private static final int DEATHS = 3;
    private static final int OUT_OF_MEMORY = 3; // the JVM's, with ExitOnOutOfMemoryError
    private static final Pattern USED = Pattern.compile("(new generation|tenured generation).*used ([0-9]+)K");

    @TempDir
    static Path folder;

    @Test
    void aKafkaThatStandsStillFillsTheTableAndNotTheHeap() throws Exception {
        try (SandboxKafkaCluster kafka = SandboxKafkaCluster.start(folder, Map.of());
                Audit audit = Audit.open(folder)) {
            kafka.createTopic(Audit.TOPIC, 6);
            fill(audit);
            try (Fleet fleet = Fleet.start(audit, kafka.bootstrapServers(), folder, 1, SHARDS, List.of());
                    KafkaConsumer<String, byte[]> consumer = consumer(kafka.bootstrapServers())) {
                long pid = fleet.pid(1);
                await().atMost(LIMIT).until(() -> ends(consumer) > 0);
                each(kafka::pause);
                long most = 0;
                for (int n = 0; n < SAMPLES; n++) {
                    most = Math.max(most, liveBytes(pid));
                }
                each(kafka::resume);
                BitSet arrived = new BitSet();
                await().atMost(LIMIT)
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> read(consumer, arrived) == SMALL + LARGE);
                most = Math.max(most, liveBytes(pid));
                System.out.println("HeapIT " + SMALL + " small rows, " + LARGE + " of 1 MB: at most " + (most >> 20)
                        + " MB live of " + (HEAP_BYTES >> 20));
                assertThat(fleet.pid(1)).as("the node has never ended").isEqualTo(pid);
                assertThat(fleet.log(1)).doesNotContain("OutOfMemoryError");
                assertThat(most).as("live bytes").isLessThan(HEAP_BYTES * 3 / 4);
            }
        }
    }

    /** A process that has no memory left must not go on with half of its threads: it ends, and is started again. */
    @Test
    void aNodeWithoutMemoryEndsAndNothingIsLost() throws Exception {
        Path here = Files.createDirectory(folder.resolve("small"));
        try (SandboxKafka kafka = SandboxKafka.start(here);
                Audit audit = Audit.open(here)) {
            kafka.createTopic(Audit.TOPIC, 6);
            try (Fleet fleet = Fleet.start(audit, kafka.bootstrapServers(), here, 1, SHARDS, List.of())) {
                fleet.signal(1, "TERM");
                assertThat(fleet.awaitExit(1)).isZero();
                fill(audit);
                fleet.launchAs(1, TOO_SMALL);
                for (int n = 0; n < DEATHS; n++) {
                    fleet.start(1);
                    assertThat(fleet.awaitExit(1)).isEqualTo(OUT_OF_MEMORY);
                }
                assertThat(fleet.log(1)).contains("OutOfMemoryError");
                fleet.launchAs(1);
                fleet.start(1);
                try (KafkaConsumer<String, byte[]> consumer = consumer(kafka.bootstrapServers())) {
                    BitSet arrived = new BitSet();
                    await().atMost(LIMIT)
                            .pollInterval(Duration.ofMillis(1))
                            .until(() -> read(consumer, arrived) == SMALL + LARGE);
                }
            }
        }
    }

    /** Rows of all shards, the large ones first; a payload begins with the number of its row. */
    private static void fill(Audit audit) throws SQLException {
        try (Connection connection = audit.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(rows(0, LARGE, 1_000_000));
            for (int from = 0; from < SMALL; from += 100_000) {
                statement.execute(rows(LARGE + from, LARGE + Math.min(SMALL, from + 100_000), 200));
            }
        }
    }

    private static String rows(int from, int to, int bytes) {
        return "insert into outbox (aggregatetype, aggregateid, type, payload) select 'order', (n % 1000)::text,"
                + " 'Changed', convert_to(rpad(n || ':', " + bytes + ", md5(n::text)), 'UTF8')"
                + " from generate_series(" + from + ", " + (to - 1) + ") n";
    }

    private static KafkaConsumer<String, byte[]> consumer(String bootstrapServers) {
        KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrapServers,
                        "auto.offset.reset",
                        "earliest",
                        "max.poll.records",
                        "20000"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        consumer.assign(consumer.partitionsFor(Audit.TOPIC).stream()
                .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                .toList());
        consumer.seekToBeginning(consumer.assignment());
        return consumer;
    }

    private static long ends(KafkaConsumer<?, ?> consumer) {
        return consumer.endOffsets(consumer.assignment()).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    /** How many different rows have arrived. */
    private static int read(KafkaConsumer<String, byte[]> consumer, BitSet arrived) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(100))) {
            byte[] payload = record.value();
            int end = 0;
            while (payload[end] != ':') {
                end++;
            }
            arrived.set(Integer.parseInt(new String(payload, 0, end, StandardCharsets.US_ASCII)));
        }
        return arrived.cardinality();
    }

    private interface OfBroker {
        void run(int broker);
    }

    private static void each(OfBroker action) {
        for (int broker = 1; broker <= SandboxKafkaCluster.BROKERS; broker++) {
            action.run(broker);
        }
    }

    /** What is in the heap after a full collection. */
    private static long liveBytes(long pid) throws Exception {
        jcmd(pid, "GC.run");
        List<MatchResult> used =
                USED.matcher(jcmd(pid, "GC.heap_info")).results().toList();
        assertThat(used).as("generations").hasSize(2);
        return used.stream()
                .mapToLong(found -> Long.parseLong(found.group(2)) << 10)
                .sum();
    }

    private static String jcmd(long pid, String command) throws Exception {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process process = new ProcessBuilder(jcmd.toString(), Long.toString(pid), command)
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES) && process.exitValue() == 0)
                .as(said)
                .isTrue();
        return said;
    }
}
