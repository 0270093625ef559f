package io.outboxrelay.relay;

import io.outboxrelay.metrics.RelayMetrics;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;

/**
 * A node is ready once its shard regions and the coordinator were started, and as long as no shard here stands still for
 * a reason that this node is to answer for. Fails with that reason, for Pekko Management to show; which also creates it.
 */
public final class RelayReadiness implements Supplier<CompletionStage<Boolean>> {
    private static final int NAMED = 5;

    private final RelayExtension extension;
    private final RelayMetrics metrics;

    public RelayReadiness(ActorSystem system) {
        this.extension = RelayExtension.get(Adapter.toTyped(system));
        this.metrics = RelayMetrics.get(Adapter.toTyped(system));
    }

    @Override
    public CompletionStage<Boolean> get() {
        List<String> troubles = metrics.troubles();
        if (troubles.isEmpty()) {
            return CompletableFuture.completedFuture(extension.handles().isPresent());
        }
        String more = troubles.size() > NAMED ? "; and " + (troubles.size() - NAMED) + " more" : "";
        return CompletableFuture.failedFuture(new IllegalStateException(String.join(
                        "; ", troubles.subList(0, Math.min(NAMED, troubles.size())))
                + more));
    }
}
