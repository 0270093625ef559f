package io.outboxrelay.testkit;

import io.outboxrelay.model.OutboxRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a run did to its events. `lost` were committed and never published; `phantom` were published without being
 * committed; `duplicates` counts publications beyond the first; `disordered` counts events whose first publication
 * came after that of a later event of the same key. `examples` names a few of each kind.
 */
public record Verdict(long lost, long duplicates, long phantom, long disordered, List<String> examples) {
    private static final int EXAMPLES_OF_A_KIND = 3;

    /** An event as the checker knows it; events without a key have no order. */
    public record Event(@Nullable String key, String id) {
        public static Event of(OutboxRow row) {
            return new Event(row.aggregateId(), row.id());
        }
    }

    /**
     * @param committed every committed event, those of one key in the order that was promised: transaction a before
     *     transaction b only where b wrote the key after a had committed
     * @param published every publication in the order of sending
     */
    public static Verdict of(List<Event> committed, List<Event> published) {
        return new Checker().judge(committed, published);
    }

    /** The same over rows. */
    public static Verdict ofRows(List<OutboxRow> committed, List<OutboxRow> published) {
        return of(
                committed.stream().map(Event::of).toList(),
                published.stream().map(Event::of).toList());
    }

    /** Nothing lost, nothing invented, order kept; repeats are allowed. */
    public boolean isAtLeastOnce() {
        return lost == 0 && phantom == 0 && disordered == 0;
    }

    /** {@link #isAtLeastOnce} and no repeats. */
    public boolean isExactlyOnce() {
        return isAtLeastOnce() && duplicates == 0;
    }

    private static final class Checker {
        private final Map<String, Integer> rankOf = new HashMap<>();
        private final Map<String, Integer> highestRankOfKey = new HashMap<>();
        private final Set<String> seen = new HashSet<>();
        private final Map<String, Integer> counts = new HashMap<>();
        private final List<String> examples = new ArrayList<>();

        Verdict judge(List<Event> committed, List<Event> published) {
            for (int rank = 0; rank < committed.size(); rank++) {
                rankOf.put(committed.get(rank).id(), rank);
            }
            published.forEach(this::publication);
            committed.stream().filter(event -> !seen.contains(event.id())).forEach(event -> found("lost", event));
            return new Verdict(
                    count("lost"), count("duplicate"), count("phantom"), count("disordered"), List.copyOf(examples));
        }

        private void publication(Event event) {
            Integer rank = rankOf.get(event.id());
            if (rank == null) {
                found("phantom", event);
            } else if (!seen.add(event.id())) {
                found("duplicate", event);
            } else if (event.key() != null) {
                int highest = highestRankOfKey.merge(event.key(), rank, Math::max);
                if (highest > rank) {
                    found("disordered", event);
                }
            }
        }

        private void found(String kind, Event event) {
            if (counts.merge(kind, 1, Integer::sum) <= EXAMPLES_OF_A_KIND) {
                examples.add(kind + ": event " + event.id() + " of key " + event.key());
            }
        }

        private long count(String kind) {
            return counts.getOrDefault(kind, 0);
        }
    }
}
