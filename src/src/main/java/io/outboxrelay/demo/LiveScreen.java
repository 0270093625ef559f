package io.outboxrelay.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/** Redraws in place on a terminal: every line is overwritten, nothing is cleared first, so nothing flickers. */
final class LiveScreen implements Screen {
    private static final String ESC = "\u001b[";
    private static final String BEGIN =
            ESC + "?2026h" + ESC + "?25l" + ESC + "?7l"; // as one frame, no cursor, no wrapping
    private static final String END = ESC + "?7h" + ESC + "?25h" + ESC + "?2026l";
    private static final String ERASE_REST_OF_LINE = ESC + "K";
    private static final String ERASE_BELOW = ESC + "J";

    private final PrintStream out;
    private final LiveLines lines;
    private int drawn;

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
        List<String> next = lines.of(now);
        StringBuilder frame = new StringBuilder(BEGIN);
        if (drawn > 0) {
            frame.append(ESC).append(drawn).append("A\r");
        }
        next.forEach(line -> frame.append(line).append(ERASE_REST_OF_LINE).append('\n'));
        frame.append(ERASE_BELOW).append(END);
        out.print(frame);
        out.flush();
        drawn = next.size();
    }

    /** It is among the happenings of the next snapshot. */
    @Override
    public void tell(String happening) {}

    @Override
    public void end() {
        out.flush();
    }
}
