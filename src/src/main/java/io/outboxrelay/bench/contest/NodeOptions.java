package io.outboxrelay.bench.contest;

import java.util.List;
import java.util.stream.Stream;

/** The JVM's options with which the script `relay` starts a node; none where this process was started without it. */
final class NodeOptions {
    private static final String VARIABLE = "RELAY_NODE_OPTIONS";

    private NodeOptions() {}

    static List<String> get() {
        return Stream.of(System.getenv().getOrDefault(VARIABLE, "").split(" "))
                .filter(option -> !option.isEmpty())
                .toList();
    }
}
