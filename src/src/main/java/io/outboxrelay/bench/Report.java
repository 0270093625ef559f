package io.outboxrelay.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** The tables as they grow, and at the end how the figures stand to each other. */
final class Report {
    private final PrintStream out;
    private final List<Ratio> ratios = new ArrayList<>();

    Report(PrintStream out) {
        this.out = out;
    }

    void heading(String format, Object... arguments) {
        out.printf("%n" + format + "%n", arguments);
    }

    void columns(String first, String... others) {
        row(first, (Object[]) others);
    }

    /** Numbers are shown with one decimal. */
    void row(String first, Object... values) {
        out.printf("  %-40s", first);
        for (Object value : values) {
            out.printf(" %18s", value instanceof Double number ? "%,.1f".formatted(number) : value);
        }
        out.println();
    }

    void atLeast(double goal, String name, double value) {
        ratios.add(new Ratio(name, value, goal, true));
    }

    void atMost(double goal, String name, double value) {
        ratios.add(new Ratio(name, value, goal, false));
    }

    void printRatios() {
        heading("ratios");
        ratios.forEach(ratio -> out.println("  " + ratio));
    }

    List<Ratio> ratios() {
        return List.copyOf(ratios);
    }
}
