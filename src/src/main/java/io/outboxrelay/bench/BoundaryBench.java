package io.outboxrelay.bench;

import io.outboxrelay.bench.DueLatencies.Summary;
import io.outboxrelay.graph.RelayObserver;
import io.outboxrelay.publish.Delivery;
import java.sql.Connection;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What it would cost to number deliveries for good: see docs/decisions/0011-delivery-numbers.md. */
final class BoundaryBench {
    private static final Map<String, String> DURABLE = Map.of("fsync", "on");
    private static final long WARM_UP_SECONDS = 2;

    private final BenchOptions options;
    private final Report report;

    BoundaryBench(BenchOptions options, Report report) {
        this.options = options;
        this.report = report;
    }

    void run() throws Exception {
        report.heading(
                "boundary: %,d events/s in transactions of %d, %d s, every commit flushed",
                options.eventsPerSecond(),
                SteadyWriters.rowsPerTransaction(options.eventsPerSecond()),
                options.seconds());
        report.columns("due to handed over", "p50 ms", "p99 ms", "max ms", "PostgreSQL cores", "commits/s for it");
        measure("as read", false);
        measure("boundary first", true);
    }

    private void measure(String name, boolean boundaryFirst) throws Exception {
        try (BenchServer server = BenchServer.start(options.shards(), DURABLE);
                Connection connection = server.connect()) {
            server.execute("create table " + Boundaries.TABLE + " (shard int, boundary text)");
            Boundaries boundaries = new Boundaries(connection);
            DueLatencies latencies = new DueLatencies();
            try (BenchRelay relay = BenchRelay.open(server.ring());
                    SteadyWriters writers =
                            new SteadyWriters(server, BenchServer.RING, EventShape.USUAL, options.eventsPerSecond())) {
                relay.relay(boundaryFirst ? boundaries : new BenchRelay.Nowhere(), handedOver(latencies));
                long began = System.nanoTime();
                long from = began + TimeUnit.SECONDS.toNanos(WARM_UP_SECONDS);
                Cost cost = Cost.of(server, () -> awaitAll(latencies, writers));
                Summary summary = latencies.between(from, System.nanoTime());
                report.row(
                        name,
                        summary.p50(),
                        summary.p99(),
                        summary.max(),
                        "%.2f".formatted(cost.serverCpu() / cost.seconds()),
                        "%.0f".formatted(boundaries.transactions() / cost.seconds()));
            } finally {
                boundaries.close();
            }
        }
    }

    private void awaitAll(DueLatencies latencies, SteadyWriters writers) throws Exception {
        writers.start();
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(WARM_UP_SECONDS + options.seconds()));
        long written = writers.stop();
        while (latencies.count() < written) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    private static RelayObserver handedOver(DueLatencies latencies) {
        return new RelayObserver() {
            @Override
            public void onPublished(Delivery delivery) {
                latencies.onRead(delivery.chunk());
            }
        };
    }
}
