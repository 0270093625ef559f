package io.outboxrelay.store.postgres.model;

import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.testkit.TestEvent;
import io.outboxrelay.testkit.Verdict.Event;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The topic: every publication of every node, in the order of sending. */
final class ModelLog {
    private final List<Publication> publications = new ArrayList<>();
    private final Set<String> events = new HashSet<>();

    /** An event, and under which claim it was sent. */
    record Publication(Event event, int shard, long epoch) {}

    synchronized void append(List<OutboxRow> rows, int shard, long epoch) {
        for (OutboxRow row : rows) {
            TestEvent content = TestEvent.of(row);
            publications.add(new Publication(new Event(content.key(), content.text()), shard, epoch));
            events.add(content.text());
        }
    }

    synchronized List<Publication> publications() {
        return List.copyOf(publications);
    }

    synchronized List<String> missing(Collection<String> ids) {
        return ids.stream().filter(id -> !events.contains(id)).toList();
    }

    synchronized boolean holds(Collection<String> ids) {
        return events.containsAll(ids);
    }
}
