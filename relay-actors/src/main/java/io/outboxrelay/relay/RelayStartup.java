package io.outboxrelay.relay;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;

/** A node has started once it is in the cluster and relays what it is given. Created by Pekko Management. */
public final class RelayStartup implements Supplier<CompletionStage<Boolean>> {
    private final RelayExtension extension;

    public RelayStartup(ActorSystem system) {
        this.extension = RelayExtension.get(Adapter.toTyped(system));
    }

    @Override
    public CompletionStage<Boolean> get() {
        return CompletableFuture.completedFuture(extension.handles().isPresent());
    }
}
