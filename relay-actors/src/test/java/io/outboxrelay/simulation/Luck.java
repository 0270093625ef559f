package io.outboxrelay.simulation;

import java.util.List;
import java.util.Random;

/** Every decision of a schedule, from its seed. */
final class Luck {
    private final Random random;
    private boolean calm;

    Luck(long seed) {
        this.random = new Random(seed);
    }

    /** From now on everything is quick and nothing fails. */
    void calm() {
        calm = true;
    }

    boolean percent(double chance) {
        return random.nextDouble() * 100 < chance;
    }

    /** As {@link #percent}, of things that go wrong. */
    boolean trouble(double chance) {
        return percent(chance) && !calm;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    long between(long low, long high) {
        return low + (long) (random.nextDouble() * (high - low + 1));
    }

    <T> T oneOf(List<T> choices) {
        return choices.get(below(choices.size()));
    }

    /** One way over the network and through a queue: mostly milliseconds, at times seconds. */
    long delayMillis() {
        if (trouble(2)) {
            return between(100, 4_000);
        }
        return trouble(20) ? between(5, 100) : between(0, 5);
    }
}
