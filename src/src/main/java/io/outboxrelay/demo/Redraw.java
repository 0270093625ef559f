package io.outboxrelay.demo;

import java.util.List;

/** Redraws lines in place on a terminal: every line is overwritten, nothing is cleared first, so nothing flickers. */
public final class Redraw {
    private static final String ESC = "\u001b[";
    private static final String BEGIN =
            ESC + "?2026h" + ESC + "?25l" + ESC + "?7l"; // as one frame, no cursor, no wrapping
    private static final String END = ESC + "?7h" + ESC + "?25h" + ESC + "?2026l";
    private static final String ERASE_REST_OF_LINE = ESC + "K";
    private static final String ERASE_BELOW = ESC + "J";

    private int drawn;

    /** What to print so that `lines` take the place of those of the frame before. */
    public String frame(List<String> lines) {
        StringBuilder frame = new StringBuilder(BEGIN);
        if (drawn > 0) {
            frame.append(ESC).append(drawn).append("A\r");
        }
        lines.forEach(line -> frame.append(line).append(ERASE_REST_OF_LINE).append('\n'));
        frame.append(ERASE_BELOW).append(END);
        drawn = lines.size();
        return frame.toString();
    }
}
