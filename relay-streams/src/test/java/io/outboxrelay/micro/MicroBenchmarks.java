package io.outboxrelay.micro;

import io.outboxrelay.publish.RoutingBenchmark;
import io.outboxrelay.store.postgres.ReadingBenchmark;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs the micro-benchmarks: nanoseconds and bytes per row. Only where it is asked for: see docs/benchmarks.md. */
class MicroBenchmarks {

    static ChainedOptionsBuilder all() {
        return new OptionsBuilder()
                .include(ReadingBenchmark.class.getName())
                .include(RoutingBenchmark.class.getName())
                .mode(Mode.AverageTime)
                .timeUnit(TimeUnit.NANOSECONDS);
    }

    @Test
    void run() throws Exception {
        new Runner(all().forks(1)
                        .warmupIterations(3)
                        .warmupTime(TimeValue.seconds(1))
                        .measurementIterations(5)
                        .measurementTime(TimeValue.seconds(1))
                        .addProfiler(GCProfiler.class)
                        .build())
                .run();
    }
}
