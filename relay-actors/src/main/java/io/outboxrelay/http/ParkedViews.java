package io.outboxrelay.http;

import io.outboxrelay.coordinator.CoordinatorActor;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.model.Slots;
import io.outboxrelay.relay.RelayHandles.OutboxHandle;
import io.outboxrelay.store.OutboxAdmin.Decision;
import io.outboxrelay.store.ParkedDetail;
import io.outboxrelay.store.ParkedEdit;
import io.outboxrelay.store.ParkedRow;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.pattern.StatusReply;
import org.jspecify.annotations.Nullable;

/** Rows of one outbox that were put aside: shown, changed, decided about. */
record ParkedViews(ShardViews views, OutboxHandle outbox) {

    /** Some of them. */
    record Page(
            String outbox, List<ParkedRow> parked, @Nullable String next) {}

    /** What was decided about one of them. */
    record Decided(String outbox, String event, String decision, int shard) {}

    /** What was changed about one of them. */
    record Edited(String outbox, String event, List<ParkedEdit.Field> fields) {}

    /** `next` is what to go on after, null where nothing else is. */
    CompletionStage<Page> page(String after, int limit) {
        CompletionStage<List<ParkedRow>> page;
        try {
            page = outbox.admin().parkedRows(after, limit);
        } catch (IllegalArgumentException e) {
            throw new Refused(
                    StatusCodes.BAD_REQUEST, "after = " + e.getMessage() + ", legal: `next` of the page before");
        }
        return page.thenApply(rows -> new Page(
                outbox.name(),
                rows,
                rows.size() < limit ? null : rows.get(rows.size() - 1).place()));
    }

    CompletionStage<ParkedRow> row(String event) {
        return detail(event).thenApply(ParkedDetail::row);
    }

    private CompletionStage<ParkedDetail> detail(String event) {
        return outbox.admin()
                .parkedRow(event)
                .thenApply(detail -> detail.orElseThrow(() -> refused(ParkedDetail.none(event))));
    }

    /** Noted in the journal, then done, then told to the shard. */
    CompletionStage<Decided> decide(Decision decision, String event, ChangeNote note) {
        return noted(replyTo -> new CoordinatorActor.NoteDecision(
                        outbox.name(), decision, List.of(event), note.by(), note.reason(), replyTo))
                .thenCompose(done -> outbox.admin().decide(decision, List.of(event)))
                .thenCompose(slots -> views.count(outbox).thenApply(count -> {
                    Integer slot = slots.get(event);
                    if (slot == null) {
                        throw new Refused(
                                StatusCodes.NOT_FOUND,
                                "no event " + event + " of outbox " + outbox.name() + " waits for that decision");
                    }
                    int shard = Slots.shardOf(slot, count);
                    views.handles().tryAgain().accept(new ShardId(outbox.name(), shard));
                    return new Decided(outbox.name(), event, decision.toString(), shard);
                }));
    }

    /** Noted in the journal, without any value, then done; the row waits on. */
    CompletionStage<Edited> edit(String event, ParkedEdit edit, ChangeNote note) {
        return detail(event).thenCompose(before -> {
            if (!before.isUndecided()) {
                throw refused(before.unfit());
            }
            List<ParkedEdit.Field> fields = edit.against(before.bytes());
            return noted(replyTo -> new CoordinatorActor.NoteEdit(
                            outbox.name(), event, fields, note.by(), note.reason(), replyTo))
                    .thenCompose(done -> outbox.admin().edit(event, edit))
                    .thenApply(result -> {
                        if (result.outcome() != ParkedEdit.Outcome.DONE) {
                            throw refused(result);
                        }
                        return new Edited(outbox.name(), event, fields);
                    });
        });
    }

    private CompletionStage<Done> noted(Function<ActorRef<StatusReply<Done>>, CoordinatorActor.Command> note) {
        return AskPattern.askWithStatus(
                views.handles().coordinator(),
                note::apply,
                ShardViews.CHANGE_WITHIN,
                views.system().scheduler());
    }

    private static Refused refused(ParkedEdit.Result result) {
        return new Refused(
                switch (result.outcome()) {
                    case NOT_PARKED -> StatusCodes.NOT_FOUND;
                    case UNFIT -> StatusCodes.CONFLICT;
                    case REFUSED -> StatusCodes.BAD_REQUEST;
                    case DONE -> throw new IllegalArgumentException("nothing was refused");
                },
                result.reason());
    }
}
