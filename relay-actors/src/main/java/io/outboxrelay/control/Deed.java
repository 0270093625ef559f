package io.outboxrelay.control;

import io.outboxrelay.cluster.Wire;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One entry of the control journal as people read it.
 *
 * @param action pause, resume, restart, move, reshard, reshard-ended, reshard-given-up, release, skip, edit, replay,
 *     replay-done, replay-stopped or replay-failed
 * @param shards that it was about; empty where it was about all, or about events
 * @param events that it was about, by id
 * @param by whom; `outbox-relay` for what it did by itself
 * @param detail what else there is to say, such as the number of shards; of a replay first its id; never a payload
 */
public record Deed(
        String action,
        String outbox,
        List<Integer> shards,
        List<String> events,
        String by,
        String reason,
        String detail,
        Instant at)
        implements Wire {
    private static final String RELAY = "outbox-relay";

    public Deed {
        shards = List.copyOf(shards);
        events = List.copyOf(events);
    }

    /** Of what happened. */
    public static Deed of(ControlJournal.Event event) {
        if (event instanceof ControlJournal.ShardPaused paused) {
            return shard("pause", paused.outbox(), paused.shard(), paused.by(), paused.reason(), paused.at());
        } else if (event instanceof ControlJournal.ShardResumed resumed) {
            return shard("resume", resumed.outbox(), resumed.shard(), resumed.by(), resumed.reason(), resumed.at());
        } else if (event instanceof ControlJournal.ShardRestarted again) {
            return shard("restart", again.outbox(), again.shard(), again.by(), again.reason(), again.at());
        } else if (event instanceof ControlJournal.ShardMoved moved) {
            String detail = moved.node().isEmpty() ? "to any node" : "to " + moved.node();
            return new Deed(
                    "move",
                    moved.outbox(),
                    List.of(moved.shard()),
                    List.of(),
                    moved.by(),
                    moved.reason(),
                    detail,
                    moved.at());
        } else if (event instanceof ControlJournal.ReshardBegun begun) {
            String detail = "to " + begun.shards() + " shards";
            return new Deed(
                    "reshard", begun.outbox(), List.of(), List.of(), begun.by(), begun.reason(), detail, begun.at());
        } else if (event instanceof ControlJournal.ReshardEnded ended) {
            String action = ended.done() ? "reshard-ended" : "reshard-given-up";
            return new Deed(action, ended.outbox(), List.of(), List.of(), RELAY, ended.note(), "", ended.at());
        } else if (event instanceof ControlJournal.ParkedDecided decided) {
            String action = decided.decision().name().toLowerCase(Locale.ROOT);
            return events(action, decided.outbox(), decided.events(), decided.by(), decided.reason(), "", decided.at());
        }
        if (event instanceof ControlJournal.Replayed replayed) {
            ReplayNote note = replayed.note();
            String detail = note.replay() + ": " + note.what();
            return events(
                    note.step().action(), note.outbox(), List.of(), note.by(), note.reason(), detail, replayed.at());
        }
        ControlJournal.ParkedEdited edited = (ControlJournal.ParkedEdited) event;
        String fields = edited.fields().stream().map(field -> field.name()).collect(Collectors.joining(", "));
        return events(
                "edit", edited.outbox(), List.of(edited.event()), edited.by(), edited.reason(), fields, edited.at());
    }

    /** Replays that have begun and not ended, by id, as far as the last deeds tell. */
    public static Map<String, String> openReplays(List<Deed> newestFirst) {
        Map<String, String> open = new LinkedHashMap<>();
        Set<String> ended = new HashSet<>();
        for (Deed deed : newestFirst) {
            if (deed.action().startsWith(ReplayNote.Step.BEGUN.action())) {
                String id = deed.detail().substring(0, Math.max(0, deed.detail().indexOf(':')));
                if (!deed.action().equals(ReplayNote.Step.BEGUN.action())) {
                    ended.add(id);
                } else if (!ended.contains(id)) {
                    open.put(id, deed.outbox());
                }
            }
        }
        return open;
    }

    private static Deed shard(String action, String outbox, int shard, String by, String reason, Instant at) {
        return new Deed(action, outbox, List.of(shard), List.of(), by, reason, "", at);
    }

    private static Deed events(
            String action, String outbox, List<String> events, String by, String reason, String detail, Instant at) {
        return new Deed(action, outbox, List.of(), events, by, reason, detail, at);
    }
}
