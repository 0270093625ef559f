package io.outboxrelay.verify;

import io.outboxrelay.model.Aggregate;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.Slots;
import io.outboxrelay.publish.TopicScan.Found;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The events of some slots and what arrives of them: as many slots, from one on, as have no more than a number of events. An
 * event takes 500 bytes at most, besides its own id and key. Pure.
 */
final class Expected {
    private final int most;
    private final int low;
    private int high = Slots.COUNT - 1;
    private final Map<String, Event> events = new HashMap<>();
    private final Map<Aggregate, Aggregate> aggregates = new HashMap<>();
    private final Map<Lane, Event> last = new HashMap<>();

    /** Where the order of an aggregate can be seen. */
    private record Lane(Aggregate aggregate, String topic, int partition) {}

    private static final class Event {
        private final String id;
        private final long seq;
        private final String topic;
        private final String type;
        private final @Nullable Aggregate aggregate;
        private final Instant createdAt;
        private final short slot;
        private int arrivals;
        private int replays;
        private @Nullable String overtakenBy;

        Event(OutboxRow row, String topic, @Nullable Aggregate aggregate, int slot) {
            this.id = row.id();
            this.seq = row.seq();
            this.topic = topic;
            this.type = row.aggregateType();
            this.aggregate = aggregate;
            this.createdAt = row.createdAt();
            this.slot = (short) slot;
        }

        Wrong wrong(String detail) {
            return new Wrong(id, type, aggregate == null ? null : aggregate.id(), createdAt.toString(), detail);
        }
    }

    /**
     * None yet.
     *
     * @param low slot, 0 to {@link Slots#COUNT} - 1
     */
    Expected(int most, int low) {
        this.most = most;
        this.low = low;
    }

    /** The last slot whose events are here. */
    int high() {
        return high;
    }

    /**
     * Takes the row in if its slot is among these.
     *
     * @throws IllegalStateException if there are too many of one slot alone
     */
    void add(OutboxRow row, String topic) {
        int slot = Slots.of(row.aggregateId() == null ? row.id() : row.aggregateId());
        if (slot < low || slot > high) {
            return;
        }
        Aggregate aggregate = row.aggregate();
        Aggregate shared = aggregate == null ? null : aggregates.computeIfAbsent(aggregate, Function.identity());
        events.put(row.id(), new Event(row, topic, shared, slot));
        while (events.size() > most) {
            narrow();
        }
    }

    private void narrow() {
        if (low == high) {
            throw new IllegalStateException("more than " + most + " events of one of the " + Slots.COUNT
                    + " parts they can be divided into; raise --max-events, or choose less time");
        }
        high = (low + high) / 2;
        events.values().removeIf(event -> event.slot > high);
        aggregates.clear();
    }

    /** A record; those of one partition in order. */
    void arrived(Found found) {
        Event event = found.id() == null ? null : events.get(found.id());
        if (event == null) {
            return;
        }
        if (found.replayed()) {
            event.replays++;
            return;
        }
        event.arrivals++;
        if (event.arrivals == 1 && event.aggregate != null) {
            Lane lane = new Lane(event.aggregate, found.topic(), found.partition());
            Event before = last.get(lane);
            if (before != null && before.seq > event.seq) {
                event.overtakenBy = before.id;
            } else {
                last.put(lane, event);
            }
        }
    }

    /**
     * Says of each event what is wrong with it.
     *
     * @param mayBeRemoved whether Kafka may have removed the records of an event in this topic, written then
     */
    void judge(Report report, Removal mayBeRemoved) {
        events.values().forEach(event -> {
            boolean there = event.arrivals + event.replays > 0;
            boolean judgeable = there || !mayBeRemoved.of(event.topic, event.createdAt);
            report.judged(event.arrivals, event.replays, judgeable);
            if (!there && judgeable) {
                report.missing().add(event.wrong("not in topic " + event.topic));
            }
            if (event.arrivals > 1) {
                report.repeated().add(event.wrong(event.arrivals + " times"));
            }
            if (event.overtakenBy != null) {
                report.disordered().add(event.wrong("behind event " + Objects.requireNonNull(event.overtakenBy)));
            }
        });
    }

    /** Tells whether Kafka may have removed records. */
    @FunctionalInterface
    interface Removal {
        boolean of(String topic, Instant createdAt);
    }
}
