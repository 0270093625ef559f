package io.outboxrelay.bench.contest;

import io.outboxrelay.bench.EventShape;
import io.outboxrelay.bench.Ratio;
import io.outboxrelay.bench.contest.LiveRun.Disturbance;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Runs workloads, each competitor in turn on fresh servers, and writes the report as it goes. */
public final class Contest {
    private static final int IDLE_SHARDS = 64;
    private static final int IDLE_RATE = 500;
    private static final List<Integer> SCALE_NODES = List.of(1, 2, 3);
    private static final List<Integer> SCALE_SHARDS = List.of(16, 64, 256);
    private static final List<Integer> PAYLOADS = List.of(100, 1_000, 10_000, 100_000);
    private static final int LARGEST_BACKLOG_BYTES = 500_000_000;

    private final ContestOptions options;
    private final ContestReport report;
    private final PrintStream out;
    private final List<Outcome> outcomes = new ArrayList<>();

    public Contest(ContestOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
        this.report = new ContestReport(options.folder());
    }

    /** What a competitor is measured in. */
    @FunctionalInterface
    private interface Run {
        Map<Figure, Double> measure(Competitor competitor) throws Exception;
    }

    /** Prints as it goes; the report is complete after each competitor. */
    public List<Outcome> run(Set<Workload> workloads) throws Exception {
        for (Workload workload : workloads) {
            out.printf("%n%s: %s%n", workload.title(), workload.description());
            switch (workload) {
                case BACKLOG -> backlogs();
                case STEADY -> steady();
                case IDLE -> live(workload, IDLE_SHARDS + " shards", IDLE_SHARDS, IDLE_RATE, Disturbance.SILENCE);
                case HELD -> held();
                case CRASH ->
                    live(workload, perSecond(options.rate()), options.shards(), options.rate(), Disturbance.KILLED);
                case SCALE -> scale();
                case KEYS -> keys();
                case PAYLOAD -> payloads();
            }
        }
        out.println();
        List<Ratio> goals = Goals.of(outcomes);
        goals.forEach(goal -> out.println("  " + goal));
        out.printf("%nreport: %s%n", options.folder().resolve(ContestReport.MARKDOWN));
        return List.copyOf(outcomes);
    }

    private void backlogs() throws Exception {
        for (int rows : options.rows()) {
            all(Workload.BACKLOG, "%,d rows".formatted(rows), backlog(rows, options.shards(), EventShape.USUAL, 1));
        }
    }

    private void steady() throws Exception {
        for (int rate : options.rates()) {
            live(Workload.STEADY, perSecond(rate), options.shards(), rate, Disturbance.NONE);
        }
    }

    private void held() throws Exception {
        int rate = options.rate();
        all(
                Workload.HELD,
                perSecond(rate),
                new LiveRun(options, options.shards(), rate, options.heldSeconds(), Disturbance.HELD)::measure);
    }

    private void scale() throws Exception {
        int rows = options.rows().get(0);
        for (int shards : SCALE_SHARDS) {
            for (int nodes : SCALE_NODES) {
                String variant = shards + " shards, " + nodes + (nodes == 1 ? " node" : " nodes");
                all(Workload.SCALE, variant, backlog(rows, shards, EventShape.USUAL, nodes));
            }
        }
    }

    private void keys() throws Exception {
        int rows = options.rows().get(0);
        int payloadBytes = EventShape.USUAL.payloadBytes();
        all(Workload.KEYS, "10,000 keys", backlog(rows, options.shards(), new EventShape(10_000, payloadBytes), 1));
        all(Workload.KEYS, "1 key", backlog(rows, options.shards(), new EventShape(1, payloadBytes), 1));
    }

    private void payloads() throws Exception {
        for (int bytes : PAYLOADS) {
            int rows = Math.min(options.rows().get(0), LARGEST_BACKLOG_BYTES / bytes);
            EventShape shape = new EventShape(EventShape.USUAL.keys(), bytes);
            all(Workload.PAYLOAD, "%,d bytes".formatted(bytes), backlog(rows, options.shards(), shape, 1));
        }
    }

    private Run backlog(int rows, int shards, EventShape shape, int nodes) {
        return new BacklogRun(options, rows, shards, shape, nodes)::measure;
    }

    private void live(Workload workload, String variant, int shards, int rate, Disturbance disturbance)
            throws Exception {
        all(workload, variant, new LiveRun(options, shards, rate, options.seconds(), disturbance)::measure);
    }

    private static String perSecond(int rate) {
        return "%,d/s".formatted(rate);
    }

    private void all(Workload workload, String variant, Run run) throws Exception {
        for (Competitor competitor : workload.competitors()) {
            if (options.competitors().contains(competitor)) {
                Outcome outcome = new Outcome(workload, variant, competitor, run.measure(competitor));
                outcomes.add(outcome);
                out.println("  " + ContestReport.line(outcome));
                write();
            }
        }
    }

    private void write() throws IOException {
        report.write(outcomes, Goals.of(outcomes));
    }
}
