package io.outboxrelay.bench;

import java.io.PrintStream;
import java.util.List;
import java.util.Set;

/** Runs workloads, each on a PostgreSQL of its own, and prints what they cost beside their alternatives. */
public final class Bench {

    /** What can be measured. */
    public enum Workload {
        DRAIN,
        HELD,
        IDLE,
        INSERT,
        BOUNDARY
    }

    private Bench() {}

    /** Prints as it goes; returns what the goals are about. */
    public static List<Ratio> run(Set<Workload> workloads, BenchOptions options, PrintStream out) throws Exception {
        Report report = new Report(out);
        for (Workload workload : Workload.values()) {
            if (workloads.contains(workload)) {
                switch (workload) {
                    case DRAIN -> new DrainBench(options, report).run();
                    case HELD -> new HeldBench(options, report).run();
                    case IDLE -> new IdleBench(options, report).run();
                    case INSERT -> new InsertBench(options, report).run();
                    case BOUNDARY -> new BoundaryBench(options, report).run();
                }
            }
        }
        report.printRatios();
        return report.ratios();
    }
}
