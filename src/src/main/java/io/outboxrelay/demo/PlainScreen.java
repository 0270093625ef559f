package io.outboxrelay.demo;

import java.io.PrintStream;
import java.time.Duration;

/** One line at a time, for logs and pipes. */
final class PlainScreen implements Screen {
    private final PrintStream out;

    PlainScreen(PrintStream out) {
        this.out = out;
    }

    @Override
    public Duration interval() {
        return Duration.ofSeconds(2);
    }

    @Override
    public void show(Snapshot now) {
        out.println(line(now));
        out.flush();
    }

    @Override
    public void tell(String happening) {
        out.println(happening);
        out.flush();
    }

    @Override
    public void end() {
        out.flush();
    }

    static String line(Snapshot now) {
        Checker.Findings found = now.findings();
        return Figures.clock(now.elapsed())
                + "  written " + now.written().written()
                + "  committed " + now.written().committed()
                + "  rolled back " + now.written().rolledBack()
                + "  consumed " + found.records()
                + "  rate " + Figures.perSecond(now.arrivedPerSecond())
                + "  p50 " + Figures.micros(now.latency().p50Micros())
                + "  p99 " + Figures.micros(now.latency().p99Micros())
                + "  waiting " + now.waiting()
                + "  repeated " + found.duplicates();
    }
}
