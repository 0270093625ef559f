package io.outboxrelay.crash;

import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.Done;

/**
 * How a node ends: where it is when that happens, how often it gets past that place before, and whether it dies there or
 * freezes and is awakened later. Thread-safe.
 */
final class Life {

    /** Places on a row's way at which a node can end. */
    enum Point {
        /** The database knows the new owner, the owner does not. */
        CLAIMED,
        /** Rows were read, nothing of them has left the node. */
        READ,
        /** Rows were handed to Kafka's client: whether they arrive, and whether a transaction commits, is a race. */
        SENDING,
        /** Kafka has acknowledged, nothing was settled: where duplicates are born. */
        ACKNOWLEDGED,
        /** The position is being written: whether it commits is a race. */
        SETTLING,
        /** The position is written, nobody on the node knows. */
        SETTLED
    }

    /** What happens there. */
    enum End {
        /** Nothing it does afterwards reaches anybody. */
        DEATH,
        /** It stops where it is, is awakened after others took over, and goes on as if nothing had happened. */
        FREEZE,
        /** It is asked to hand over and does; it never comes to its point. */
        HAND_OVER
    }

    final End end;
    final Point point;
    private final AtomicInteger left;
    private final AtomicBoolean armed = new AtomicBoolean(true);
    private final AtomicBoolean dead = new AtomicBoolean();
    private final CompletableFuture<Done> reached = new CompletableFuture<>();
    private final CompletableFuture<Done> awake = new CompletableFuture<>();

    private Life(End end, Point point, int passes) {
        this.end = end;
        this.point = point;
        this.left = new AtomicInteger(passes);
    }

    static Life random(Random random) {
        int draw = random.nextInt(10);
        End end = draw < 7 ? End.DEATH : draw < 9 ? End.FREEZE : End.HAND_OVER;
        Point point = Point.values()[random.nextInt(Point.values().length)];
        return new Life(end, point, 1 + random.nextInt(point == Point.CLAIMED ? 3 : 12));
    }

    static Life unharmed() {
        return new Life(End.HAND_OVER, Point.CLAIMED, Integer.MAX_VALUE);
    }

    /** Nothing happens to it until it is {@link #arm}ed. */
    Life spared() {
        armed.set(false);
        return this;
    }

    /** It comes past {@link Point#CLAIMED} only at first, so that what has it as its point ends with this. */
    void arm() {
        armed.set(true);
        if (point == Point.CLAIMED && end != End.HAND_OVER) {
            finish();
        }
    }

    private void finish() {
        dead.set(end == End.DEATH);
        reached.complete(Done.getInstance());
    }

    /** Completes when it may go on: at once, when it is awakened, or never. */
    CompletionStage<Done> at(Point here) {
        if (dead.get()) {
            return new CompletableFuture<>();
        }
        if (end != End.HAND_OVER && armed.get() && here == point && left.decrementAndGet() == 0) {
            finish();
        }
        if (dead.get()) {
            // what was handed on before goes its way, as packets of a dead process do
            return here == Point.SENDING || here == Point.SETTLING
                    ? CompletableFuture.completedFuture(Done.getInstance())
                    : new CompletableFuture<>();
        }
        return end == End.FREEZE && reached.isDone() ? awake : CompletableFuture.completedFuture(Done.getInstance());
    }

    boolean isDead() {
        return dead.get();
    }

    /** Completes when the node has come to its point. */
    CompletionStage<Done> reached() {
        return reached;
    }

    void awaken() {
        awake.complete(Done.getInstance());
    }

    @Override
    public String toString() {
        return end == End.HAND_OVER ? end.toString() : end + " at " + point;
    }
}
