package io.outboxrelay.bench.contest;

import io.outboxrelay.bench.BenchServer;
import io.outboxrelay.bench.DueLatencies;
import io.outboxrelay.bench.EventShape;
import io.outboxrelay.bench.SteadyWriters;
import java.io.IOException;
import java.sql.Connection;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Writers keep a timetable while one competitor brings their events to a consumer.
 *
 * @param eventsPerSecond that the writers write
 * @param seconds measured, after a warm-up of {@value #WARM_UP_SECONDS} s that begins with the first event at the consumer
 */
record LiveRun(ContestOptions options, int shards, int eventsPerSecond, int seconds, Disturbance disturbance) {
    private static final int WARM_UP_SECONDS = 45; // about as long as everyone's code is still being compiled
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final EventShape SHAPE = EventShape.USUAL;

    /** What happens when measuring begins. */
    enum Disturbance {
        NONE,
        /** The writers stop: there is nothing more to do. */
        SILENCE,
        /** Another session takes a snapshot and a transaction id, and keeps both. */
        HELD,
        /** Every process of the competitor is killed and started again. */
        KILLED
    }

    Map<Figure, Double> measure(Competitor competitor) throws Exception {
        try (Trial trial = Trial.open(competitor, options, shards, 0, SHAPE.payloadBytes());
                SteadyWriters writers =
                        new SteadyWriters(trial.database(), competitor.table(), SHAPE, eventsPerSecond);
                LiveReader reader = new LiveReader(trial.brokers(), SHAPE);
                Connection holder = trial.database().connect()) {
            trial.start(1);
            writers.start();
            requireFirst(trial, reader);
            pass(Math.min(WARM_UP_SECONDS, seconds));
            Reading before = trial.read();
            long began = System.nanoTime();
            if (disturbance == Disturbance.SILENCE) {
                writers.stop();
                pass(Math.min(WARM_UP_SECONDS, seconds));
                before = trial.read();
            } else {
                disturb(trial, holder);
            }
            pass(seconds);
            long ended = System.nanoTime();
            Reading spent = trial.read().since(before);
            double rss = trial.residentMegabytes();
            holder.close();
            long written = writers.stop();
            reader.await(written, PATIENCE, trial::isAlive);
            trial.requireAlive();
            trial.stop();
            EventCheck check = reader.finish();
            Map<Figure, Double> figures =
                    disturbance == Disturbance.SILENCE ? idle(spent) : steady(spent, reader.latencies(), began, ended);
            figures.put(Figure.RSS, rss);
            BacklogRun.putVerdict(figures, check, written);
            return figures;
        }
    }

    private void disturb(Trial trial, Connection holder) throws Exception {
        if (disturbance == Disturbance.HELD) {
            BenchServer.hold(holder);
        } else if (disturbance == Disturbance.KILLED) {
            trial.kill();
            trial.start(1);
        }
    }

    private static void requireFirst(Trial trial, LiveReader reader) throws IOException {
        if (!reader.await(1, PATIENCE, trial::isAlive)) {
            trial.requireAlive();
            throw new IOException("no event came within " + PATIENCE.toSeconds() + " s; log: " + trial.log(0));
        }
    }

    private Map<Figure, Double> steady(Reading spent, DueLatencies latencies, long began, long ended) {
        DueLatencies.Summary summary = latencies.between(began, ended);
        Map<Figure, Double> figures = BacklogRun.costs(spent, Math.max(1, summary.events()));
        figures.put(Figure.P50, summary.p50());
        figures.put(Figure.P95, summary.p95());
        figures.put(Figure.P99, summary.p99());
        figures.put(Figure.MAX, summary.max());
        if (disturbance == Disturbance.KILLED) {
            figures.remove(Figure.OWN_CPU); // of two processes, one of which is gone
            figures.put(Figure.BACK, latencies.firstAfter(began) / 1e3);
        }
        return figures;
    }

    private static Map<Figure, Double> idle(Reading spent) {
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        figures.put(Figure.OWN_CORE, 100 * spent.ownCpu() / spent.seconds());
        figures.put(Figure.POSTGRES_CORE, 100 * spent.postgresCpu() / spent.seconds());
        figures.put(Figure.TRANSACTIONS, spent.transactions() / spent.seconds());
        return figures;
    }

    private static void pass(long seconds) {
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(seconds));
    }
}
