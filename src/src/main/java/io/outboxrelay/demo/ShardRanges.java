package io.outboxrelay.demo;

import java.util.List;
import java.util.StringJoiner;

/** Shard numbers for people: `0-3, 7, 12-15`. */
final class ShardRanges {
    private ShardRanges() {}

    /** @param sorted ascending, without repetition */
    static String of(List<Integer> sorted) {
        StringJoiner text = new StringJoiner(", ");
        for (int i = 0; i < sorted.size(); i++) {
            int first = sorted.get(i);
            while (i + 1 < sorted.size() && sorted.get(i + 1) == sorted.get(i) + 1) {
                i++;
            }
            int last = sorted.get(i);
            text.add(first == last ? "" + first : first + "-" + last);
        }
        return text.toString();
    }
}
