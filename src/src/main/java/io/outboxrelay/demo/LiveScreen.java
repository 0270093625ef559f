package io.outboxrelay.demo;

import java.io.PrintStream;
import java.time.Duration;

/** The live view on a terminal, redrawn in place. */
final class LiveScreen implements Screen {
    private final PrintStream out;
    private final LiveLines lines;
    private final Redraw redraw = new Redraw();

    LiveScreen(PrintStream out, Paint paint) {
        this.out = out;
        this.lines = new LiveLines(paint);
    }

    @Override
    public Duration interval() {
        return Duration.ofMillis(500);
    }

    @Override
    public void show(Snapshot now) {
        out.print(redraw.frame(lines.of(now)));
        out.flush();
    }

    /** It is among the happenings of the next snapshot. */
    @Override
    public void tell(String happening) {}

    @Override
    public void end() {
        out.flush();
    }
}
