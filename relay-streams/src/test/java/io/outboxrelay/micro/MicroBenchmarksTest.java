package io.outboxrelay.micro;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.outboxrelay.publish.RoutingBenchmark;
import io.outboxrelay.store.postgres.ReadingBenchmark;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** That the micro-benchmarks run, and that no row needs more memory on its way than it did: a bound that no machine moves. */
class MicroBenchmarksTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int ROUNDS = 20;

    private final ReadingBenchmark reading = new ReadingBenchmark();
    private final RoutingBenchmark routing = new RoutingBenchmark();

    private static double bytesPerRow(Callable<?> work, int rows) throws Exception {
        work.call();
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int n = 0; n < ROUNDS; n++) {
            work.call();
        }
        return (THREADS.getCurrentThreadAllocatedBytes() - before) / (double) ROUNDS / rows;
    }

    @Test
    void allOfThemRun() throws Exception {
        assertThat(new Runner(MicroBenchmarks.all()
                                .forks(0)
                                .warmupIterations(0)
                                .measurementIterations(1)
                                .measurementTime(TimeValue.milliseconds(10))
                                .verbosity(VerboseMode.SILENT)
                                .build())
                        .run())
                .hasSize(5);
    }

    @Test
    void aRowReadTakesItsPayloadAndLittleMore() throws Exception {
        assertThat(bytesPerRow(reading::decode, ReadingBenchmark.ROWS)).isBetween(300.0, 800.0);
    }

    @Test
    void dealingTakesNoMemory() throws Exception {
        assertThat(bytesPerRow(reading::deal, ReadingBenchmark.ROWS)).isLessThan(1);
    }

    @Test
    void aChunkTakesAReferenceToEachRow() throws Exception {
        assertThat(bytesPerRow(reading::chunk, ReadingBenchmark.ROWS)).isLessThan(20);
    }

    @Test
    void aRecordTakesNoCopyOfItsPayload() throws Exception {
        assertThat(bytesPerRow(routing::route, RoutingBenchmark.ROWS)).isBetween(100.0, 600.0);
    }
}
