package io.outboxrelay.relay;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;

/** A node is ready once its shard regions and the coordinator were started. Created by Pekko Management. */
public final class RelayReadiness implements Supplier<CompletionStage<Boolean>> {
    private final RelayExtension extension;

    public RelayReadiness(ActorSystem system) {
        this.extension = RelayExtension.get(Adapter.toTyped(system));
    }

    @Override
    public CompletionStage<Boolean> get() {
        return CompletableFuture.completedFuture(extension.handles().isPresent());
    }
}
