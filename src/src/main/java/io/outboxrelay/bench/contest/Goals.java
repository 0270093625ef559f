package io.outboxrelay.bench.contest;

import io.outboxrelay.bench.Ratio;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the relay aims at beside the others, as far as both were measured in this run. */
final class Goals {
    private final String variant;
    private final Map<Competitor, Outcome> of;
    private final List<Ratio> goals = new ArrayList<>();

    private Goals(String variant, List<Outcome> outcomes) {
        this.variant = variant;
        this.of = outcomes.stream().collect(Collectors.toMap(Outcome::competitor, outcome -> outcome));
    }

    static List<Ratio> of(List<Outcome> outcomes) {
        List<Ratio> goals = new ArrayList<>();
        for (Workload workload : Workload.values()) {
            List<Outcome> its = outcomes.stream()
                    .filter(outcome -> outcome.workload() == workload)
                    .toList();
            for (String variant : its.stream().map(Outcome::variant).distinct().toList()) {
                Goals some = new Goals(
                        workload.title() + " " + variant,
                        its.stream()
                                .filter(outcome -> outcome.variant().equals(variant))
                                .toList());
                some.add(workload);
                goals.addAll(some.goals);
            }
        }
        goals.addAll(heldToSteady(outcomes));
        return goals;
    }

    /** That another session's snapshot does not slow the relay down. */
    private static List<Ratio> heldToSteady(List<Outcome> outcomes) {
        List<Ratio> goals = new ArrayList<>();
        for (Outcome held : relayIn(Workload.HELD, outcomes)) {
            for (Outcome steady : relayIn(Workload.STEADY, outcomes)) {
                if (steady.variant().equals(held.variant())) {
                    goals.add(new Ratio(
                            "held " + held.variant() + ": p99 ms, held to steady",
                            held.get(Figure.P99).orElseThrow()
                                    / steady.get(Figure.P99).orElseThrow(),
                            1.2,
                            false));
                }
            }
        }
        return goals;
    }

    private static List<Outcome> relayIn(Workload workload, List<Outcome> outcomes) {
        return outcomes.stream()
                .filter(outcome -> outcome.workload() == workload && outcome.competitor() == Competitor.RELAY)
                .toList();
    }

    private void add(Workload workload) {
        switch (workload) {
            case BACKLOG -> backlog();
            case STEADY -> steady();
            case IDLE -> {
                atMost(2, "relay, % of a core", get(Competitor.RELAY, Figure.OWN_CORE));
                atMost(250, "transactions/s", get(Competitor.RELAY, Figure.TRANSACTIONS));
            }
            case HELD -> againstDebezium(Figure.P99, 1.0 / 3);
            case CRASH -> againstDebezium(Figure.BACK, 1);
            case SCALE, KEYS -> {} // shown, not aimed at
            case PAYLOAD ->
                atLeast(
                        1,
                        "events/s, relay to Debezium",
                        ratio(Figure.EVENTS_PER_SECOND, Competitor.RELAY, Competitor.DEBEZIUM));
        }
    }

    private void backlog() {
        Figure rate = Figure.EVENTS_PER_SECOND;
        atLeast(3.5, "events/s, relay to Debezium", ratio(rate, Competitor.RELAY, Competitor.DEBEZIUM));
        atLeast(0.7, "events/s, relay to the floor of both", ratio(rate, Competitor.RELAY, Competitor.FLOOR_BOTH));
        atLeast(
                0.75,
                "events/s, exactly-once to at-least-once",
                ratio(rate, Competitor.RELAY_EXACTLY_ONCE, Competitor.RELAY));
        atMost(0.25, "CPU per event, relay to Debezium", ratio(Figure.OWN_CPU, Competitor.RELAY, Competitor.DEBEZIUM));
        atMost(3, "seconds to the relay's first record", get(Competitor.RELAY, Figure.START));
        atMost(256, "relay's peak RSS, MB", get(Competitor.RELAY, Figure.RSS));
    }

    private void steady() {
        againstDebezium(Figure.P50, 1);
        againstDebezium(Figure.P99, 1.0 / 3);
        if (variant.endsWith(" 2,000/s")) {
            atMost(4, "relay's p50 ms", get(Competitor.RELAY, Figure.P50));
            atMost(20, "relay's p99 ms", get(Competitor.RELAY, Figure.P99));
            atMost(60, "p99 ms, exactly-once", get(Competitor.RELAY_EXACTLY_ONCE, Figure.P99));
        }
    }

    /** Beside the better of its two settings. */
    private void againstDebezium(Figure figure, double goal) {
        OptionalDouble best = Stream.of(Competitor.DEBEZIUM, Competitor.DEBEZIUM_LATENCY)
                .flatMapToDouble(one -> get(one, figure).stream())
                .min();
        OptionalDouble own = get(Competitor.RELAY, figure);
        if (best.isPresent() && own.isPresent()) {
            atMost(
                    goal,
                    figure.title() + ", relay to the better Debezium",
                    OptionalDouble.of(own.getAsDouble() / best.getAsDouble()));
        }
    }

    private OptionalDouble ratio(Figure figure, Competitor one, Competitor other) {
        OptionalDouble first = get(one, figure);
        OptionalDouble second = get(other, figure);
        return first.isPresent() && second.isPresent()
                ? OptionalDouble.of(first.getAsDouble() / second.getAsDouble())
                : OptionalDouble.empty();
    }

    private OptionalDouble get(Competitor competitor, Figure figure) {
        Outcome outcome = of.get(competitor);
        return outcome == null ? OptionalDouble.empty() : outcome.get(figure);
    }

    private void atLeast(double goal, String name, OptionalDouble value) {
        value.ifPresent(figure -> goals.add(new Ratio(variant + ": " + name, figure, goal, true)));
    }

    private void atMost(double goal, String name, OptionalDouble value) {
        value.ifPresent(figure -> goals.add(new Ratio(variant + ": " + name, figure, goal, false)));
    }
}
