package io.outboxrelay.cli;

import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Option;

/** What goes into the operator journal beside a change: who, and why. */
final class JournalNote {

    @Option(
            names = "--by",
            paramLabel = "NAME",
            defaultValue = "${sys:user.name}",
            description = "Who wants it; kept with the change in the journal. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // has a default
    private String by;

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "Kept with the change in the journal.")
    @SuppressWarnings("NullAway.Init") // has a default
    private String reason;

    /** As parameters of a request, with `more`. */
    Map<String, String> with(Map<String, String> more) {
        Map<String, String> query = new TreeMap<>(more);
        query.put("by", by);
        query.put("reason", reason);
        return query;
    }
}
