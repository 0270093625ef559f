package io.outboxrelay.relay;

import io.outboxrelay.cluster.Wire;
import io.outboxrelay.coordinator.CoordinatorSetup;
import io.outboxrelay.model.ShardId;
import org.apache.pekko.actor.RootActorPath;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.Member;

/**
 * Passes the coordinator's word on to shards from a node that stays. While the coordinator's own node leaves, its shard
 * regions end as soon as they are empty; what is said through them afterwards is lost, and the shard would rest until
 * there is another coordinator, some seconds later.
 */
final class ShardWaker {
    private static final String NAME = "shard-waker";

    private ShardWaker() {}

    /** The same as of {@link CoordinatorSetup.Keeper}. */
    record Word(ShardId shard, boolean paused, String why, long revision) implements Wire {}

    /** One for each node; it lives as long as the node. */
    static void start(ActorSystem<?> system, CoordinatorSetup.Keeper here) {
        system.systemActorOf(create(here), NAME, Props.empty());
    }

    private static Behavior<Word> create(CoordinatorSetup.Keeper here) {
        return Behaviors.receive(Word.class)
                .onMessage(Word.class, word -> {
                    here.keep(word.shard(), word.paused(), word.why(), word.revision());
                    return Behaviors.same();
                })
                .build();
    }

    /** Tells the shard through another node; nothing hears of it if that node ends as well. */
    static void tell(ActorSystem<?> system, Member through, Word word) {
        Adapter.toClassic(system)
                .actorSelection(new RootActorPath(through.address(), "/")
                        .child("system")
                        .child(NAME))
                .tell(word, null);
    }
}
