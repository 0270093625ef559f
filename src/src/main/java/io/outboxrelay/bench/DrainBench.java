package io.outboxrelay.bench;

import io.outboxrelay.graph.RelayObserver;
import io.outboxrelay.graph.ShardStream;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.publish.Publisher;
import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.postgres.Migrations;
import io.outboxrelay.store.postgres.RingStore;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Flow;

/**
 * How fast a backlog is read and acknowledged, without Kafka, beside a bare COPY of the same rows: the most PostgreSQL
 * can give to one connection.
 */
public final class StoreBench {
    private static final int PAYLOAD_BYTES = 300;
    private static final Map<String, String> SERVER = Map.of("shared_buffers", "1GB", "max_wal_size", "4GB");

    private final int rows;
    private final int shards;
    private final PrintStream out;

    public StoreBench(int rows, int shards, PrintStream out) {
        this.rows = rows;
        this.shards = shards;
        this.out = out;
    }

    /** Runs it and prints a table. */
    public void run() throws Exception {
        try (SandboxPostgres postgres = SandboxPostgres.start(SERVER);
                Connection connection =
                        DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password())) {
            OutboxSettings settings = BenchSettings.outbox(postgres, shards);
            Migrations.migrate(settings.database(), Migrations.OUTBOX, settings.table());
            out.printf("%,d rows of %d bytes, %d shards%n", rows, PAYLOAD_BYTES, shards);
            fill(connection);
            long postmaster = CpuMeter.parentOf(number(connection, "select pg_backend_pid()"));
            out.printf("%-34s %12s %16s %16s%n", "", "rows/s", "PostgreSQL CPU s", "relay CPU s");
            measure("bare COPY, one connection", postmaster, () -> copy(connection));
            measure("ring: read and acknowledge", postmaster, () -> drain(settings));
        }
    }

    /** Work to be timed. */
    private interface Work {
        void run() throws Exception;
    }

    private void measure(String name, long postmaster, Work work) throws Exception {
        CpuMeter database = new CpuMeter(postmaster);
        CpuMeter relay = new CpuMeter(ProcessHandle.current().pid());
        long began = System.nanoTime();
        work.run();
        double seconds = (System.nanoTime() - began) / 1e9;
        double ownSeconds = relay.secondsSinceStart();
        out.printf("%-34s %,12.0f %16.1f %16.1f%n", name, rows / seconds, database.secondsSinceStart(), ownSeconds);
    }

    private void fill(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (int from = 0; from < rows; from += 100_000) {
                int to = Math.min(rows, from + 100_000) - 1;
                statement.execute("insert into outbox (aggregatetype, aggregateid, type, payload) select 'order',"
                        + " 'order-' || (n % 10000), 'Changed', convert_to(rpad(n::text, " + PAYLOAD_BYTES
                        + ", 'x'), 'UTF8') from generate_series(" + from + ", " + to + ") n");
            }
            statement.execute("vacuum analyze outbox");
        }
    }

    private static long number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Through a pipe to another process, as a client would be. */
    private static void copy(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("copy (select * from outbox) to program 'cat > /dev/null' (format binary)");
        }
    }

    private void drain(OutboxSettings settings) throws Exception {
        ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "bench");
        CountDownLatch left = new CountDownLatch(rows);
        RelayObserver counter = new RelayObserver() {
            @Override
            public void onSettled(Chunk chunk) {
                chunk.rows().forEach(row -> left.countDown());
            }
        };
        try (RingStore store = RingStore.open(system, settings)) {
            store.shards(shards).toCompletableFuture().join();
            List<ShardStream> streams = new ArrayList<>();
            for (int n = 0; n < shards; n++) {
                Claim claim = store.claim(new ShardId(settings.name(), n))
                        .toCompletableFuture()
                        .join();
                streams.add(
                        ShardStream.start(store, new Nowhere(), claim, 8, counter, Materializer.matFromSystem(system)));
            }
            left.await();
            for (ShardStream stream : streams) {
                stream.drain();
                stream.completion().toCompletableFuture().join();
            }
        } finally {
            system.terminate();
        }
    }

    /** Acknowledges everything at once. */
    private static final class Nowhere implements Publisher {
        @Override
        public Flow<Chunk, Chunk, NotUsed> flow() {
            return Flow.of(Chunk.class);
        }

        @Override
        public CompletionStage<Done> close() {
            return CompletableFuture.completedFuture(Done.getInstance());
        }
    }
}
