package io.outboxrelay.publish.lane;

/** Where tests hold a lane, or let it fail, within a transaction. */
@FunctionalInterface
interface LaneHook {
    LaneHook NONE = point -> {};

    /** How far a transaction is. */
    enum Point {
        /** Its sends are chosen; nothing has reached Kafka. */
        CHOSEN,
        /** Everything is handed to the client; nothing is committed. */
        SENT,
        /** Kafka has committed it; nobody knows yet. */
        COMMITTED
    }

    /** Runs on the lane's thread; whatever it throws ends the lane. */
    void at(Point point);
}
