package io.outboxrelay.cluster;

/** What is done to a cluster, and whether events may arrive again because of it. */
enum ClusterFault {
    /** kill -9 of the node the coordinators live on. */
    KILL_OLDEST(true),
    /** kill -9 of some node. */
    KILL_ANY(true),
    /** SIGSTOP until others own its shards, then SIGCONT: it goes on as if nothing had happened. */
    FREEZE(true),
    /** SIGSTOP for a second and a half, several times: as long collections of garbage do. */
    STUTTER(true),
    /** A node gets a fifth of the processor's time for ten seconds, in slices of a tenth of one: it must stay a member. */
    STARVE(false),
    /** SIGTERM of the node the coordinators live on. */
    LEAVE_OLDEST(false),
    /** SIGTERM of some node. */
    LEAVE_ANY(false),
    /** `POST /node/drain` to some node. */
    DRAIN(false),
    /** SIGTERM of each node, the next as soon as the one before is back. */
    ROLLING_RESTART(false),
    /** A further node joins and leaves, again and again. */
    COME_AND_GO(false),
    /** kill -9 of all nodes. */
    KILL_ALL(true),
    /** No message between one node and the two others. */
    CUT_OFF_ONE(true),
    /** No message between any two nodes. */
    CUT_ALL(true),
    /** What one node sends is lost; it hears the others. */
    CUT_ONE_DIRECTION(true),
    /** A node is cut off for seconds, again and again. */
    FLAPPING_LINK(true),
    /** One node reaches the other nodes and Kafka, and not the database: it says so, and the others do not suffer. */
    NO_DATABASE(true),
    /** A node starts with a clock that is an hour ahead, which then goes back two hours, and forth: nobody may notice. */
    CLOCK(false);

    /** False where every hand-over is an orderly one. */
    final boolean mayRepeat;

    /** Whether it meets the node that has been a member for longest. */
    final boolean ofOldest = name().endsWith("_OLDEST");

    ClusterFault(boolean mayRepeat) {
        this.mayRepeat = mayRepeat;
    }
}
