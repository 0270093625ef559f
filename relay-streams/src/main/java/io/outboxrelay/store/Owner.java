package io.outboxrelay.store;

import org.apache.pekko.actor.Address;

/** What a node calls itself in the database, so that another, of whatever cluster, can say who took a shard from it. */
public final class Owner {
    private Owner() {}

    /** Host and port by which a node is known to its cluster; `local:0` where it cannot be reached by another. */
    public static String at(Address address) {
        return address.getHost().orElse("local") + ":" + address.getPort().orElse(0);
    }
}
