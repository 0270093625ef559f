package io.outboxrelay.forming;

import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.SelfUp;
import org.apache.pekko.cluster.typed.Subscribe;

/** Tells when this node is Up; for static seeds, where Pekko does the rest. */
final class UpWatch {
    private UpWatch() {}

    static Behavior<SelfUp> create(CompletableFuture<Done> up) {
        return Behaviors.setup(context -> {
            Cluster.get(context.getSystem()).subscriptions().tell(Subscribe.create(context.getSelf(), SelfUp.class));
            return Behaviors.receive(SelfUp.class)
                    .onMessage(SelfUp.class, event -> {
                        up.complete(Done.getInstance());
                        return Behaviors.stopped();
                    })
                    .build();
        });
    }
}
