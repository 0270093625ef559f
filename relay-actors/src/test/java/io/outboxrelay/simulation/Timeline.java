package io.outboxrelay.simulation;

import java.util.Comparator;
import java.util.PriorityQueue;

/** Simulated time: what is to happen when. What is due at the same time happens in the order in which it was planned. */
final class Timeline {
    private record Planned(long atMillis, long number, Runnable action) {}

    private final PriorityQueue<Planned> planned =
            new PriorityQueue<>(Comparator.comparingLong(Planned::atMillis).thenComparingLong(Planned::number));
    private long nowMillis;
    private long number;

    long nowMillis() {
        return nowMillis;
    }

    long nowNanos() {
        return nowMillis * 1_000_000;
    }

    void after(long millis, Runnable action) {
        planned.add(new Planned(nowMillis + Math.max(0, millis), number++, action));
    }

    /** Goes on to what is next and has it happen; false if that is later than `untilMillis`, which it then is. */
    boolean step(long untilMillis) {
        Planned next = planned.peek();
        if (next == null || next.atMillis() > untilMillis) {
            nowMillis = untilMillis;
            return false;
        }
        planned.remove();
        nowMillis = next.atMillis();
        next.action().run();
        return true;
    }
}
