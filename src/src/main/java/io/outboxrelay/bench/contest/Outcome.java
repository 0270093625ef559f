package io.outboxrelay.bench.contest;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * How one competitor did in one variant of a workload.
 *
 * @param variant what differs from the other runs of the workload, for instance "2,000/s"
 */
public record Outcome(Workload workload, String variant, Competitor competitor, Map<Figure, Double> figures) {

    public Outcome {
        figures = Collections.unmodifiableMap(new EnumMap<>(figures));
    }

    OptionalDouble get(Figure figure) {
        Double value = figures.get(figure);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    /** Nothing was lost, came in another order, or was none of the events. Floors bring nothing, and are clean. */
    public boolean clean() {
        return Stream.of(Figure.LOST, Figure.REORDERED, Figure.STRANGE).allMatch(bad -> get(bad).orElse(0) == 0);
    }
}
