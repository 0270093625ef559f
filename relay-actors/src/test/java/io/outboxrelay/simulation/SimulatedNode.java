package io.outboxrelay.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/** One life of a node process, on a machine that sees several of them. */
final class SimulatedNode {

    private enum State {
        RUNNING,
        FROZEN,
        DEAD
    }

    private final int number;
    private final int life;
    private final Machine machine;
    private final Timeline timeline;
    private final List<Runnable> held = new ArrayList<>();
    private final Map<Integer, Long> lastArrivals = new HashMap<>();
    private State state = State.RUNNING;
    private boolean leaving;
    private @Nullable Set<Integer> believed;
    private int freezes;
    private @Nullable ActorRef<NodeHost.Command> host;

    SimulatedNode(int number, int life, Machine machine, Timeline timeline) {
        this.number = number;
        this.life = life;
        this.machine = machine;
        this.timeline = timeline;
    }

    void start(NodeHost.Start start) {
        machine.restart((millis, action) -> timeline.after(millis, () -> enter(action)));
        machine.system().tell(start);
        machine.runAll();
    }

    void hostedBy(ActorRef<NodeHost.Command> started) {
        host = started;
    }

    void tell(NodeHost.Command command) {
        Objects.requireNonNull(host).tell(command);
    }

    int number() {
        return number;
    }

    Machine machine() {
        return machine;
    }

    /** Something reaches the process from outside: at once, after it was continued, or never. */
    void enter(Runnable arrival) {
        switch (state) {
            case RUNNING -> arrival.run();
            case FROZEN -> held.add(arrival);
            case DEAD -> {} // there is nobody to reach
        }
    }

    /** As SIGSTOP does. */
    void freeze() {
        state = State.FROZEN;
        freezes++;
    }

    /** As SIGCONT does: what came in the meantime is there, and every timer is due. */
    void thaw() {
        state = State.RUNNING;
        List<Runnable> arrivals = List.copyOf(held);
        held.clear();
        arrivals.forEach(this::enter);
    }

    /** Gone, and nothing that its actors do in their end reaches anybody. */
    void end() {
        state = State.DEAD;
        held.clear();
        tell(NodeHost.Order.END);
        machine.runAll();
    }

    boolean isRunning() {
        return state == State.RUNNING;
    }

    boolean isFrozen() {
        return state == State.FROZEN;
    }

    boolean isDead() {
        return state == State.DEAD;
    }

    int freezes() {
        return freezes;
    }

    /** Others take it for dead, though it may not be. */
    boolean isExpelled() {
        return believed != null;
    }

    /** @param shards that were here, and which it goes on taking for its own */
    void expel(Set<Integer> shards) {
        believed = shards;
    }

    boolean believesToHost(int shard) {
        return believed != null && believed.contains(shard);
    }

    boolean isLeaving() {
        return leaving;
    }

    void leave() {
        leaving = true;
    }

    /** When what is sent to that node now arrives there: after whatever was sent before. */
    long arrivalAt(SimulatedNode other, long delayMillis) {
        long atMillis = timeline.nowMillis() + delayMillis;
        return lastArrivals.merge(other.number(), atMillis, Math::max);
    }

    @Override
    public String toString() {
        return "node " + number + "." + life;
    }
}
