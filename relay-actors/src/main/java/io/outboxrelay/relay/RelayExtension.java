package io.outboxrelay.relay;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;
import org.jspecify.annotations.Nullable;

/** Where a node's handles are found by what Pekko creates itself: routes, readiness checks. */
public final class RelayExtension implements Extension {
    private final AtomicReference<@Nullable RelayHandles> handles = new AtomicReference<>();

    /** Identifies the extension to Pekko. */
    public static final class Id extends ExtensionId<RelayExtension> {
        private static final Id INSTANCE = new Id();

        private Id() {}

        @Override
        public RelayExtension createExtension(ActorSystem<?> system) {
            return new RelayExtension();
        }
    }

    private RelayExtension() {}

    public static RelayExtension get(ActorSystem<?> system) {
        return Id.INSTANCE.apply(system);
    }

    /** Empty until the relay was started on this node. */
    public Optional<RelayHandles> handles() {
        return Optional.ofNullable(handles.get());
    }

    /** Once for each node. */
    public void started(RelayHandles started) {
        if (!handles.compareAndSet(null, started)) {
            throw new IllegalStateException("the relay was started on this node before");
        }
    }
}
