package io.outboxrelay.cli;

import io.outboxrelay.demo.Redraw;
import io.outboxrelay.demo.Terminal;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** A bar that grows, on a terminal and for people only; elsewhere nothing is said before the end. */
final class ProgressLine {
    private static final int WIDTH = 30;

    private final PrintWriter out;
    private final boolean shown;
    private final Redraw redraw = new Redraw();

    /** @param wanted whether nothing else reads what is printed */
    ProgressLine(PrintWriter out, boolean wanted) {
        this.out = out;
        this.shown = wanted && Terminal.isLive();
    }

    /** @param share 0 to 1 */
    void show(double share, String text) {
        if (shown) {
            out.print(redraw.frame(List.of(bar(share) + " " + text)));
            out.flush();
        }
    }

    static String bar(double share) {
        double whole = Math.max(0, Math.min(1, share));
        int full = (int) (whole * WIDTH);
        return "[" + "#".repeat(full) + " ".repeat(WIDTH - full) + "] "
                + String.format(Locale.ROOT, "%3d %%", (int) (whole * 100));
    }
}
