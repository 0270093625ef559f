package io.outboxrelay.settings;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Static seeds as one writes them: `relay-{0-2}.relay:7355` is three nodes. */
final class SeedNodes {
    static final String GRAMMAR =
            "legal host:port with a port from 1 to 65535; at most one range such as {0-2} in it, of at most 100";

    private static final Pattern RANGE = Pattern.compile("([^{}]*)\\{([0-9]{1,4})-([0-9]{1,4})}([^{}]*)");
    private static final int MAX_NODES = 100;

    private SeedNodes() {}

    /** What is no range, or none that is legal, stays as it is. */
    static List<String> expand(List<String> written) {
        return written.stream().flatMap(SeedNodes::expand).toList();
    }

    private static Stream<String> expand(String written) {
        Matcher range = RANGE.matcher(written);
        if (!range.matches()) {
            return Stream.of(written);
        }
        int first = Integer.parseInt(range.group(2));
        int last = Integer.parseInt(range.group(3));
        if (last < first || last - first >= MAX_NODES) {
            return Stream.of(written);
        }
        return IntStream.rangeClosed(first, last).mapToObj(number -> range.group(1) + number + range.group(4));
    }
}
