package io.outboxrelay.coordinator;

import io.outboxrelay.control.ControlJournal;
import io.outboxrelay.control.Pin;
import io.outboxrelay.coordinator.CoordinatorActor.Command;
import io.outboxrelay.model.ShardId;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.BehaviorBuilder;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.pattern.StatusReply;

/**
 * What operators ask the coordinator to change: it is written to the journal, and who asked is told whether it was.
 *
 * @param confirmWithin how long the journal may take
 * @param nodes that shards can be moved to
 */
record Changes(
        ActorContext<Command> context,
        ActorRef<ControlJournal.Asked> journal,
        Duration confirmWithin,
        Supplier<Nodes> nodes) {

    /** Takes them in every phase. */
    BehaviorBuilder<Command> serving(ShardPlan plan) {
        return Behaviors.receive(Command.class)
                .onMessage(CoordinatorActor.Pause.class, asked -> pause(plan, asked))
                .onMessage(CoordinatorActor.Resume.class, asked -> resume(plan, asked))
                .onMessage(CoordinatorActor.Restart.class, asked -> restart(plan, asked))
                .onMessage(CoordinatorActor.Move.class, asked -> move(plan, asked))
                .onMessage(CoordinatorActor.Reshard.class, asked -> reshard(plan, asked))
                .onMessage(CoordinatorActor.NoteDecision.class, asked -> write(plan, asked.replyTo(), asked::change))
                .onMessage(CoordinatorActor.NoteEdit.class, asked -> write(plan, asked.replyTo(), asked::change))
                .onMessage(CoordinatorActor.NoteReplay.class, asked -> write(plan, asked.replyTo(), asked::change))
                .onMessage(CoordinatorActor.Recorded.class, this::confirm);
    }

    private Behavior<Command> pause(ShardPlan plan, CoordinatorActor.Pause asked) {
        return ofShard(
                plan,
                asked.shard(),
                asked.replyTo(),
                recorded -> new ControlJournal.SetPaused(asked.shard(), true, asked.by(), asked.reason(), recorded));
    }

    private Behavior<Command> resume(ShardPlan plan, CoordinatorActor.Resume asked) {
        return ofShard(
                plan,
                asked.shard(),
                asked.replyTo(),
                recorded -> new ControlJournal.SetPaused(asked.shard(), false, asked.by(), asked.reason(), recorded));
    }

    private Behavior<Command> restart(ShardPlan plan, CoordinatorActor.Restart asked) {
        return ofShard(
                plan,
                asked.shard(),
                asked.replyTo(),
                recorded -> new ControlJournal.NoteRestart(asked.shard(), asked.by(), asked.reason(), recorded));
    }

    /** Refused where the node cannot have it now: nobody should wait for a node that may never come. */
    private Behavior<Command> move(ShardPlan plan, CoordinatorActor.Move asked) {
        String to = asked.to();
        Nodes now = nodes.get();
        Long uid = to == null ? null : now.fit().get(to);
        if (to != null && uid == null) {
            asked.replyTo().tell(StatusReply.error(now.refusal(to)));
            return Behaviors.same();
        }
        Pin pin = to == null || uid == null ? null : new Pin(to, uid);
        return ofShard(
                plan,
                asked.shard(),
                asked.replyTo(),
                recorded -> new ControlJournal.SetPin(asked.shard(), pin, asked.by(), asked.reason(), recorded));
    }

    private Behavior<Command> ofShard(
            ShardPlan plan,
            ShardId shard,
            ActorRef<StatusReply<Done>> replyTo,
            Function<ActorRef<StatusReply<Done>>, ControlJournal.Change> change) {
        if (plan.of(shard).isEmpty()) {
            replyTo.tell(StatusReply.error("there is no shard " + shard));
            return Behaviors.same();
        }
        return write(plan, replyTo, change);
    }

    private Behavior<Command> reshard(ShardPlan plan, CoordinatorActor.Reshard asked) {
        Optional<Integer> count = plan.count(asked.outbox());
        if (count.isEmpty()) {
            asked.replyTo()
                    .tell(StatusReply.error(CoordinatorActor.UNAVAILABLE + "how many shards outbox " + asked.outbox()
                            + " has is not known yet; its database may be down"));
            return Behaviors.same();
        }
        if (plan.target(asked.outbox()).isEmpty() && count.get() == asked.shards()) {
            asked.replyTo().tell(StatusReply.ack());
            return Behaviors.same();
        }
        return write(
                plan,
                asked.replyTo(),
                recorded -> new ControlJournal.BeginReshard(
                        asked.outbox(), asked.shards(), asked.by(), asked.reason(), recorded));
    }

    /** Comes back as Recorded. */
    Behavior<Command> write(
            ShardPlan plan,
            ActorRef<StatusReply<Done>> replyTo,
            Function<ActorRef<StatusReply<Done>>, ControlJournal.Change> change) {
        long known = plan.intent().revision();
        context.askWithStatus(
                Done.class,
                journal,
                confirmWithin,
                confirmed -> new ControlJournal.Asked(change.apply(confirmed), known),
                (done, failure) -> new CoordinatorActor.Recorded(replyTo, failure));
        return Behaviors.same();
    }

    private Behavior<Command> confirm(CoordinatorActor.Recorded recorded) {
        Throwable failure = recorded.failure();
        if (failure == null) {
            recorded.replyTo().tell(StatusReply.ack());
        } else if (failure instanceof StatusReply.ErrorMessage) {
            recorded.replyTo().tell(StatusReply.error(String.valueOf(failure.getMessage())));
        } else {
            recorded.replyTo()
                    .tell(StatusReply.error(CoordinatorActor.UNAVAILABLE
                            + "the control journal did not confirm within " + confirmWithin
                            + "; its database may be down, and the change may still take effect"));
        }
        return Behaviors.same();
    }
}
