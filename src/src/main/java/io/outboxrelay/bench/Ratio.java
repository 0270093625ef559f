package io.outboxrelay.bench;

/** A figure beside its alternative's, and what is aimed at: `atLeast` the goal, or at most. */
public record Ratio(String name, double value, double goal, boolean atLeast) {

    /** Whether the aim was reached. */
    public boolean met() {
        return atLeast ? value >= goal : value <= goal;
    }

    @Override
    public String toString() {
        return "%-72s %6.2f   goal %s %.2f: %s"
                .formatted(name, value, atLeast ? ">=" : "<=", goal, met() ? "met" : "missed");
    }
}
