package io.outboxrelay.bench.contest;

import io.outboxrelay.bench.BenchServer;
import io.outboxrelay.bench.EventShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A backlog brought to Kafka.
 *
 * @param nodes processes that share it; where there are several, they run before it appears
 */
record BacklogRun(ContestOptions options, int rows, int shards, EventShape shape, int nodes) {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    Map<Figure, Double> measure(Competitor competitor) throws Exception {
        try (Trial trial = Trial.open(competitor, options, shards, rows, shape.payloadBytes())) {
            BenchServer database = trial.database();
            if (nodes > 1) {
                trial.start(nodes);
                NodeShares.awaitEven(trial, nodes);
                Reading before = trial.read();
                return brought(trial, before, () -> fillAtOnce(database, competitor.table()));
            }
            database.fill(competitor.table(), rows, shape);
            database.execute("vacuum analyze " + competitor.table());
            database.execute("checkpoint");
            Reading before = trial.read();
            return competitor.isFloor() ? floor(trial, before) : brought(trial, before, () -> trial.start(nodes));
        }
    }

    /** What makes it go. */
    @FunctionalInterface
    private interface Start {
        void go() throws Exception;
    }

    private Map<Figure, Double> brought(Trial trial, Reading before, Start start) throws Exception {
        long began = System.currentTimeMillis();
        start.go();
        try (Arrival arrival = new Arrival(trial.brokers(), rows, shape)) {
            arrival.await(PATIENCE, trial::isAlive);
            trial.requireAlive();
            Reading spent = trial.read().since(before);
            Map<Figure, Double> figures = costs(spent, rows);
            figures.put(Figure.RSS, trial.residentMegabytes());
            trial.stop();
            arrival.readRest();
            EventCheck check = arrival.check();
            figures.put(Figure.EVENTS_PER_SECOND, rows / arrival.seconds());
            if (nodes == 1) {
                figures.put(Figure.START, (arrival.firstMillis() - began) / 1e3);
            }
            putVerdict(figures, check, rows);
            return figures;
        }
    }

    private Map<Figure, Double> floor(Trial trial, Reading before) throws Exception {
        trial.start(1);
        trial.awaitEnd();
        Map<Figure, Double> figures = costs(trial.read().since(before), rows);
        Path result = trial.folder(0).resolve(Commands.FLOOR_RESULT);
        if (!Files.exists(result)) {
            throw new IOException("the floor failed; its log: " + trial.log(0));
        }
        List<String> own = Files.readAllLines(result);
        figures.put(Figure.EVENTS_PER_SECOND, rows / Double.parseDouble(own.get(0)));
        figures.put(Figure.OWN_CPU, Double.parseDouble(own.get(1)) * 1e6 / rows);
        return figures;
    }

    static Map<Figure, Double> costs(Reading spent, long events) {
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        figures.put(Figure.OWN_CPU, spent.ownCpu() * 1e6 / events);
        figures.put(Figure.POSTGRES_CPU, spent.postgresCpu() * 1e6 / events);
        figures.put(Figure.KAFKA_CPU, spent.kafkaCpu() * 1e6 / events);
        figures.put(Figure.WAL, spent.walBytes() / events);
        return figures;
    }

    static void putVerdict(Map<Figure, Double> figures, EventCheck check, long events) {
        figures.put(Figure.LOST, (double) check.lost(events));
        figures.put(Figure.DUPLICATES, (double) check.duplicates());
        figures.put(Figure.REORDERED, (double) check.orderViolations());
        figures.put(Figure.STRANGE, (double) check.strange(events));
    }

    /** In one transaction, so that all of it appears at once. */
    private void fillAtOnce(BenchServer database, String table) throws SQLException {
        database.execute("begin");
        database.fill(table, rows, shape);
        database.execute("commit");
    }
}
