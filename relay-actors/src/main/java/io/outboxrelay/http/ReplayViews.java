package io.outboxrelay.http;

import io.outboxrelay.relay.RelayHandles;
import io.outboxrelay.replay.ReplayActor;
import io.outboxrelay.replay.ReplayStatus;
import io.outboxrelay.replay.Wanted;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/** Replays of one outbox, asked for wherever they run. */
record ReplayViews(ActorSystem<?> system, RelayHandles handles, String outbox) {
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(1);

    /** It looks at the database, too, before it is written down. */
    private static final Duration BEGIN_WITHIN = ShardViews.CHANGE_WITHIN.plusSeconds(5);

    CompletionStage<ReplayActor.Replays> last() {
        return AskPattern.ask(
                handles.replays(),
                replyTo -> new ReplayActor.GetReplays(outbox, replyTo),
                ANSWER_WITHIN,
                system.scheduler());
    }

    /** Written down when this completes; {@link #last} tells how it gets on. */
    CompletionStage<ReplayStatus> begin(Wanted wanted, ChangeNote note) {
        return AskPattern.askWithStatus(
                handles.replays(),
                replyTo -> new ReplayActor.Begin(outbox, wanted, note.by(), note.reason(), replyTo),
                BEGIN_WITHIN,
                system.scheduler());
    }

    /** Completes at once; what is on its way is still published. */
    CompletionStage<ReplayStatus> stop(ChangeNote note) {
        return AskPattern.askWithStatus(
                handles.replays(),
                replyTo -> new ReplayActor.Stop(outbox, note.by(), note.reason(), replyTo),
                ShardViews.CHANGE_WITHIN,
                system.scheduler());
    }
}
