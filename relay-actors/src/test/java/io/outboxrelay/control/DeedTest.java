package io.outboxrelay.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.control.ControlJournal.Event;
import io.outboxrelay.store.OutboxAdmin.Decision;
import io.outboxrelay.store.ParkedEdit;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DeedTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final List<Event> ALL = List.of(
            new ControlJournal.ShardPaused("orders", 3, "ann", "upgrade", NOW),
            new ControlJournal.ShardResumed("orders", 3, "ann", "done", NOW),
            new ControlJournal.ShardMoved("orders", 3, "here:1", 7, "ann", "hot", NOW),
            new ControlJournal.ShardMoved("orders", 3, "", 0, "ann", "", NOW),
            new ControlJournal.ShardRestarted("orders", 3, "bob", "odd", NOW),
            new ControlJournal.ReshardBegun("orders", 32, "ann", "growth", NOW),
            new ControlJournal.ReshardEnded("orders", true, "", NOW),
            new ControlJournal.ReshardEnded("orders", false, "a right is missing", NOW),
            new ControlJournal.ParkedDecided("orders", Decision.SKIP, List.of("e1", "e2"), "bob", "test", NOW),
            new ControlJournal.ParkedEdited(
                    "orders", "e1", List.of(new ParkedEdit.Field("payload", 12L, null)), "bob", "typo", NOW),
            replayed("r1", ReplayNote.Step.BEGUN, "key k"),
            replayed("r1", ReplayNote.Step.FAILED, "3 events published"));

    private static Event replayed(String id, ReplayNote.Step step, String what) {
        return new ControlJournal.Replayed(new ReplayNote("orders", id, step, what, "ann", "lost"), NOW);
    }

    @Test
    void knowsWhichReplaysHaveNotEnded() {
        List<Deed> deeds = Stream.of(
                        replayed("r3", ReplayNote.Step.BEGUN, "key b"),
                        replayed("r2", ReplayNote.Step.DONE, "2 events published"),
                        replayed("r2", ReplayNote.Step.BEGUN, "key a"),
                        ALL.get(0))
                .map(Deed::of)
                .toList();
        assertThat(Deed.openReplays(deeds)).containsExactly(Map.entry("r3", "orders"));
    }

    @Test
    void tellsOfEveryKindOfEventWhoDidWhatAndWhy() {
        assertThat(ALL).extracting(Object::getClass).containsAll(List.of(Event.class.getPermittedSubclasses()));
        assertThat(ALL.stream().map(Deed::of).map(DeedTest::words))
                .containsExactly(
                        "pause [3] [] ann upgrade ",
                        "resume [3] [] ann done ",
                        "move [3] [] ann hot to here:1",
                        "move [3] [] ann  to any node",
                        "restart [3] [] bob odd ",
                        "reshard [] [] ann growth to 32 shards",
                        "reshard-ended [] [] outbox-relay  ",
                        "reshard-given-up [] [] outbox-relay a right is missing ",
                        "skip [] [e1, e2] bob test ",
                        "edit [] [e1] bob typo payload",
                        "replay [] [] ann lost r1: key k",
                        "replay-failed [] [] ann lost r1: 3 events published");
        assertThat(ALL.stream().map(Deed::of)).allMatch(deed -> deed.at().equals(NOW));
    }

    private static String words(Deed deed) {
        return deed.action() + " " + deed.shards() + " " + deed.events() + " " + deed.by() + " " + deed.reason() + " "
                + deed.detail();
    }

    @Test
    void theLastComesFirst() {
        ControlState state = ControlState.EMPTY.after(ALL.get(0)).after(ALL.get(1));
        assertThat(state.deeds()).extracting(Deed::action).containsExactly("resume", "pause");
    }
}
