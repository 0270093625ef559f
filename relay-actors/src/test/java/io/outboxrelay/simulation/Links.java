package io.outboxrelay.simulation;

import java.util.function.Predicate;

/**
 * The connections between nodes. Messages from one node to another keep their order; they take their time, and are lost
 * while a connection is cut and once their sender is no member any more.
 */
final class Links {
    private final World world;
    private final Predicate<SimulatedNode> isMember;
    private final long[][] cutUntilMillis;

    Links(World world, int nodes, Predicate<SimulatedNode> isMember) {
        this.world = world;
        this.isMember = isMember;
        this.cutUntilMillis = new long[nodes][nodes];
    }

    /** For so long, nothing that one sends reaches the other. */
    void cut(SimulatedNode from, SimulatedNode to, long millis) {
        world.trace().note("link cut", from + " to " + to);
        cutUntilMillis[from.number()][to.number()] = world.timeline().nowMillis() + millis;
    }

    void transmit(SimulatedNode from, SimulatedNode to, Runnable arrival) {
        long now = world.timeline().nowMillis();
        if (now < cutUntilMillis[from.number()][to.number()]) {
            world.trace().tally("message lost");
            return;
        }
        long atMillis = from.arrivalAt(to, from == to ? 0 : world.luck().delayMillis());
        world.timeline().after(atMillis - now, () -> {
            if (isMember.test(from)) {
                to.enter(arrival);
            }
        });
    }
}
