package io.outboxrelay.testkit;

import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.SlotRange;
import io.outboxrelay.model.Slots;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** The table: commits in the order in which they became visible. A snapshot is the number of the last commit in it. */
final class InMemoryTable {
    private final Clock clock;
    private final NavigableMap<Long, List<OutboxRow>> commits = new TreeMap<>();
    private final List<OutboxRow> committed = new ArrayList<>();
    private List<CompletableFuture<Done>> waiting = new ArrayList<>();
    private long snapshot;
    private long lastSeq;

    InMemoryTable(Clock clock) {
        this.clock = clock;
    }

    OpenTransaction begin() {
        return new InMemoryTransaction(this);
    }

    synchronized OutboxRow row(TestEvent event) {
        lastSeq++;
        String id = new UUID(0, lastSeq).toString();
        return new OutboxRow(lastSeq, id, "orders", event.key(), "Tested", event.payload(), null, clock.instant());
    }

    void commit(List<OutboxRow> rows) {
        synchronized (this) {
            snapshot++;
            commits.put(snapshot, List.copyOf(rows));
            committed.addAll(rows);
        }
        wake();
    }

    /** Lets everybody who waits for a commit look again. */
    void wake() {
        List<CompletableFuture<Done>> woken;
        synchronized (this) {
            woken = waiting;
            waiting = new ArrayList<>();
        }
        woken.forEach(waiter -> waiter.complete(Done.getInstance()));
    }

    synchronized CompletionStage<Done> commitAfter(long known) {
        CompletableFuture<Done> arrival = new CompletableFuture<>();
        if (snapshot > known) {
            arrival.complete(Done.getInstance());
        } else {
            waiting.add(arrival);
        }
        return arrival;
    }

    synchronized long snapshot() {
        return snapshot;
    }

    /** Rows of `slots` that became visible after snapshot `prev` and are visible in `cur`, by seq. */
    synchronized List<OutboxRow> rows(SlotRange slots, long prev, long cur) {
        return commits.subMap(prev, false, cur, true).values().stream()
                .flatMap(List::stream)
                .filter(row -> slots.contains(slot(row)))
                .sorted(Comparator.comparingLong(OutboxRow::seq))
                .toList();
    }

    /** What `mark` has not acknowledged, in no promised order. */
    synchronized List<OutboxRow> rowsAfter(SlotRange slots, Mark mark) {
        List<OutboxRow> rest = new ArrayList<>(rows(slots, mark.prev(), mark.cur()));
        rest.removeIf(row -> row.seq() <= mark.seq());
        rest.addAll(rows(slots, mark.cur(), snapshot));
        return rest;
    }

    /** Drops the commits up to snapshot `done`; how many there were. */
    synchronized int truncate(long done) {
        NavigableMap<Long, List<OutboxRow>> drained = commits.headMap(done, true);
        int dropped = drained.size();
        drained.clear();
        return dropped;
    }

    synchronized void keepOnly(Set<Long> seqs) {
        commits.replaceAll((snapshot, rows) ->
                rows.stream().filter(row -> seqs.contains(row.seq())).toList());
    }

    synchronized List<OutboxRow> committed() {
        return List.copyOf(committed);
    }

    private static int slot(OutboxRow row) {
        String key = row.aggregateId();
        return Slots.of(key == null ? row.id() : key);
    }
}
