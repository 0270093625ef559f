package io.outboxrelay.shard;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.graph.ShardMeter;
import io.outboxrelay.graph.ShardStream;
import io.outboxrelay.metrics.ShardMetrics;
import io.outboxrelay.model.Claim;
import io.outboxrelay.publish.Gate;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.stream.Materializer;

/**
 * One stream under one claim. It has a materializer of its own below the actor, so that it dies with the actor and can
 * be ended by force even where the publisher does not react.
 */
record ShardRun(
        Claim claim, ShardStream stream, ShardTrail trail, Gate gate, ShardMetrics metrics, Materializer materializer) {

    static ShardRun start(
            ActorContext<ShardActor.Command> context, ShardSetup setup, ShardMetrics metrics, Claim claim) {
        ShardMeter meter = new ShardMeter();
        int maxInFlight = setup.settings().publisher().maxInFlight();
        ShardTrail trail = new ShardTrail(claim.position(), meter, metrics.begin(meter));
        Materializer materializer = Materializer.createMaterializer(context);
        Gate gate =
                new Gate(setup.settings().publisher(), () -> context.getSelf().tell(ShardActor.Order.TRY_AGAIN));
        ShardStream stream =
                ShardStream.start(setup.store(), setup.publisher(), gate, claim, maxInFlight, trail, materializer);
        return new ShardRun(claim, stream, trail, gate, metrics, materializer);
    }

    ShardMeter meter() {
        return trail.meter();
    }

    CompletionStage<Done> completion() {
        return stream.completion();
    }

    void drain() {
        stream.drain();
    }

    /** Why it is not waited for any longer. */
    RelayException overdue(Duration limit) {
        return new RelayException(
                Fault.TRANSIENT,
                "shard " + claim.shard() + " did not drain within " + limit + ", " + meter().inFlightRows()
                        + " rows may be repeated");
    }

    /** Ends the stream whatever state it is in; harmless after it has ended. */
    void end() {
        stream.abort(new RelayException(Fault.TRANSIENT, "shard " + claim.shard() + " was stopped before it drained"));
        materializer.shutdown();
        metrics.ended();
    }

    /** Whether that was this run, and not an earlier one. */
    boolean isEnded(ShardActor.StreamEnded ended) {
        return ended.epoch() == claim.epoch();
    }

    /** The claim, moved to where settling stands. */
    Claim reached() {
        return claim.at(trail.position());
    }
}
