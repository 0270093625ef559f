package io.outboxrelay.demo;

import static org.awaitility.Awaitility.await;

import io.outboxrelay.client.OutboxWriter;
import io.outboxrelay.client.RepeatFilter;
import io.outboxrelay.sandbox.RolesDocument;
import io.outboxrelay.sandbox.SandboxPostgres;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The demo's shop and its ledger for tests: writers that never pause, and a judgement from what the database says was
 * committed and what is in the topic, read from its beginning.
 */
public final class Audit implements AutoCloseable {
    public static final String TOPIC = Servers.TOPIC;

    private final SandboxPostgres postgres;
    private final String url;
    private final EventIds ids = EventIds.random();
    private final AtomicInteger attempts = new AtomicInteger();
    private OrderService service;
    private volatile Latencies waits = new Latencies();
    private Checker live;
    private TopicReader liveReader;

    /**
     * What was found; `repeats` says how often an event arrived again, by its id.
     *
     * @param malformed records with a wrong id, key or payload
     */
    public record Judgement(
            long committed,
            long records,
            long lost,
            long phantoms,
            long reordered,
            long malformed,
            Map<String, Integer> repeats) {

        public long duplicates() {
            return repeats.values().stream().mapToLong(Integer::longValue).sum();
        }

        /** Apart from duplicates. */
        public boolean clean() {
            return lost == 0 && phantoms == 0 && reordered == 0 && malformed == 0;
        }

        @Override
        public String toString() {
            return committed + " committed, " + records + " records, lost " + lost + ", phantoms " + phantoms
                    + ", reordered " + reordered + ", malformed " + malformed + ", duplicates " + duplicates();
        }
    }

    private Audit(SandboxPostgres postgres, boolean migrate) throws SQLException {
        this.postgres = postgres;
        RolesDocument.createRoles(postgres);
        this.url = RolesDocument.createDatabase(postgres, "shop");
        if (migrate) {
            migrate();
        }
        Servers.createShop(url, postgres.user());
    }

    public static Audit open(Path folder) throws SQLException {
        return new Audit(SandboxPostgres.start(folder), true);
    }

    /** Without the relay's tables: another build makes them. */
    public static Audit openEmpty(Path folder) throws SQLException {
        return new Audit(SandboxPostgres.start(folder), false);
    }

    /** Creates or upgrades the relay's tables, and grants the rights on them. */
    public void migrate() {
        Servers.migrate(url);
    }

    /** Grants the rights on the relay's tables, which another build made. */
    public void grant() {
        Servers.grant(url);
    }

    public String url() {
        return url;
    }

    /** The role of the nodes. */
    public String user() {
        return RolesDocument.RELAY;
    }

    /** As the shop. */
    public Connection connect() throws SQLException {
        return Servers.connect(url);
    }

    /** As somebody who may do anything. */
    public Connection connectAsSuperuser() throws SQLException {
        return DriverManager.getConnection(url, postgres.user(), postgres.password());
    }

    /** Starts writers, among them one whose transactions stay open for long, and some that roll back. */
    public void startWriting(int eventsPerSecond) {
        service = new OrderService(
                new OrderTransaction(ids, attempts::getAndIncrement, new OutboxWriter(), Clock.systemUTC()),
                this::connect,
                new Checker(ids),
                new Pacer(eventsPerSecond, System::nanoTime),
                Long.MAX_VALUE);
        service.start();
    }

    /** Events committed since writing started. */
    public long written() {
        return service.counts().committed();
    }

    /** Lets a fault last while so many more events are written. */
    public void awaitMoreWritten(long events, Duration limit) {
        long enough = written() + events;
        await(events + " more events written")
                .atMost(limit)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> written() >= enough);
    }

    public void stopWriting() throws InterruptedException {
        service.stop();
        if (service.failure() != null) {
            throw new IllegalStateException("a writer stopped early", service.failure());
        }
    }

    /** From now on records are counted as they arrive. */
    public void startReading(String bootstrapServers) {
        live = new Checker(ids);
        liveReader =
                new TopicReader(bootstrapServers, TOPIC, live, micros -> waits.add(micros), Clock.systemUTC()).start();
    }

    /** Waits until as many events have arrived as are committed by now. */
    public void awaitCaughtUp(Duration limit) {
        long written = written();
        await("events arrive")
                .atMost(limit)
                .until(() -> liveReader.failure() == null && live.findings().distinct() >= written);
    }

    /** How many records have arrived that were there before. */
    public long repeated() {
        return live.findings().duplicates();
    }

    /** The longest time an event took to arrive since this was asked last; those of slow transactions do not count. */
    public Duration longestWait() {
        Latencies before = waits;
        waits = new Latencies();
        return Duration.ofNanos(1_000 * before.total().maxMicros());
    }

    /** Once writing has stopped: waits until all that was committed has arrived, or says what has not. */
    public void awaitArrival(String bootstrapServers, Duration limit) throws SQLException {
        BitSet committed = committed();
        Checker live = new Checker(ids);
        try (TopicReader reader = reader(bootstrapServers, live).start()) {
            await().atMost(limit).until(() -> reader.failure() == null && Checker.missing(committed, live.seen()) == 0);
        }
    }

    /** Reads the ledger from the database and the topic from its beginning. */
    public Judgement judge(String bootstrapServers) throws SQLException {
        return judge(bootstrapServers, record -> true);
    }

    /** The same, of what is left for a consumer that leaves out what it recognises as a repeat. */
    public Judgement judgeFiltered(String bootstrapServers, int window) throws SQLException {
        Map<Integer, RepeatFilter> filters = new HashMap<>();
        return judge(
                bootstrapServers,
                record -> !filters.computeIfAbsent(record.partition(), first -> new RepeatFilter(window))
                        .isRepeat(header(record, "outbox-delivery"), header(record, "id")));
    }

    private static String header(ConsumerRecord<?, ?> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private Judgement judge(String bootstrapServers, Predicate<ConsumerRecord<String, byte[]>> wanted)
            throws SQLException {
        BitSet committed = committed();
        Checker checker = new Checker(ids);
        reader(bootstrapServers, checker).only(wanted).readToEnd();
        Checker.Findings found = checker.findings();
        Map<String, Integer> repeats = new HashMap<>();
        checker.repeats().forEach((event, times) -> repeats.put(ids.of(event).toString(), times));
        return new Judgement(
                committed.cardinality(),
                found.records(),
                Checker.missing(committed, checker.seen()),
                Checker.phantoms(committed, checker.seen()),
                found.outOfOrder(),
                found.malformed() + found.foreign(),
                repeats);
    }

    private BitSet committed() throws SQLException {
        try (Connection connection = connect()) {
            return new Ledger(ids).committed(connection);
        }
    }

    private static TopicReader reader(String bootstrapServers, Checker checker) {
        return new TopicReader(bootstrapServers, TOPIC, checker, micros -> {}, Clock.systemUTC());
    }

    @Override
    public void close() {
        if (liveReader != null) {
            liveReader.close();
        }
        postgres.close();
    }
}
