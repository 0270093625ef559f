package io.outboxrelay.store;

import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorSystem;

/** What a node calls itself in the database, so that another, of whatever cluster, can say who took a shard from it. */
public final class Owner {
    private Owner() {}

    /** Of this node. */
    public static String of(ActorSystem<?> system) {
        return at(((ExtendedActorSystem) system.classicSystem()).provider().getDefaultAddress());
    }

    /** Host and port by which a node is known to its cluster; `local:0` where it cannot be reached by another. */
    public static String at(Address address) {
        return address.getHost().orElse("local") + ":" + address.getPort().orElse(0);
    }
}
