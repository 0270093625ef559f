package io.outboxrelay.demo;

/** What can be done where standard output goes. */
public final class Terminal {
    private Terminal() {}

    /** A terminal on which lines can be overwritten. The `relay` script looks: what Java says differs by its version. */
    public static boolean isLive() {
        return "1".equals(System.getenv("RELAY_TERMINAL")) && !"dumb".equals(System.getenv("TERM"));
    }

    /** Colour only on a terminal, and not where NO_COLOR is set (no-color.org). */
    public static Paint paint() {
        String noColour = System.getenv("NO_COLOR");
        return isLive() && (noColour == null || noColour.isEmpty()) ? Paint.COLOUR : Paint.PLAIN;
    }
}
