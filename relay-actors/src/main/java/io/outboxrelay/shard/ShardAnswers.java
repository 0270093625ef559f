package io.outboxrelay.shard;

import io.outboxrelay.model.Claim;
import io.outboxrelay.shard.ShardActor.Command;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A shard's answers to those who ask about it, the same in every phase. */
record ShardAnswers(ShardCalls calls, ShardReport report) {

    Behavior<Command> phase(ShardActor.GetPhase asked) {
        asked.replyTo().tell(new ShardActor.PhaseIs(report.state().phase()));
        return Behaviors.same();
    }

    /** Counts the backlog first, where the shard was claimed. */
    Behavior<Command> status(ShardActor.GetStatus asked) {
        Claim claim = report.claim();
        if (claim == null) {
            return status(new ShardActor.BacklogKnown(asked.replyTo(), null, null));
        }
        calls.backlog(claim, asked.replyTo());
        return Behaviors.same();
    }

    Behavior<Command> status(ShardActor.BacklogKnown known) {
        known.replyTo().tell(report.status(known.backlog(), known.parked()));
        return Behaviors.same();
    }

    /** It starts anew by itself, or must not. */
    boolean needsNoRestart(ShardActor.Restart asked) {
        return switch (report.state().phase()) {
            case WAITING, CLAIMING, DRAINING, PAUSED, STOPPED, UNKNOWN -> true;
            case RELAYING, RETRYING, HALTED -> false;
        };
    }

    Behavior<Command> restarting(ShardActor.Restart asked) {
        restarting(report.state(), asked);
        return Behaviors.same();
    }

    static void restarting(ShardState state, ShardActor.Restart asked) {
        asked.replyTo().tell(new ShardActor.Restarting(state.phase(), state.epoch()));
    }
}
