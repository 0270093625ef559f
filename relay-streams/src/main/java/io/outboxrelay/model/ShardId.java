package io.outboxrelay.model;

/** One shard of one outbox; `number` counts from 0. Written `orders/3`. */
public record ShardId(String outbox, int number) {
    public ShardId {
        if (number < 0) {
            throw new IllegalArgumentException("shard number " + number + " is negative");
        }
    }

    @Override
    public String toString() {
        return outbox + "/" + number;
    }
}
