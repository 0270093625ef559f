package io.outboxrelay.testkit;

import io.outboxrelay.model.Position;

/**
 * Position of the in-memory store. Everything up to commit `prev` is acknowledged; of the commits after it up to `cur`,
 * the rows with a seq up to `seq`. `cur` equals `prev` where no interval has been begun.
 */
record Mark(long prev, long cur, long seq) implements Position {
    static final Mark START = after(0);

    static Mark after(long commit) {
        return new Mark(commit, commit, 0);
    }

    boolean isBefore(Mark other) {
        return prev != other.prev ? prev < other.prev : seq < other.seq;
    }

    @Override
    public String toString() {
        return cur == prev ? "commit " + prev : "commits " + prev + " to " + cur + ", seq " + seq;
    }
}
