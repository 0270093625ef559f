package io.outboxrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Has events sent again that were sent once, and waits until they are. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = "Sends events again that were sent and are still in the database: those that meet every condition"
                + " given. Their records carry the header outbox-relay-replay. Waits for the end; the cluster goes on"
                + " after Ctrl-C, --stop ends it. Needs management.allow-writes = true.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:all events that were selected are sent again",
            "1:failed, stopped or refused by the node",
            "2:wrong usage",
            "3:at the end, but events were left out or not found"
        })
final class ReplayCommand implements Callable<Integer> {
    static final int EXIT_INCOMPLETE = 3;
    private static final long LOOK_EVERY_NANOS = Duration.ofMillis(200).toNanos();
    private static final String RUNNING = "running";

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private ManagedOutbox outbox;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private JournalNote note;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Output out;

    @Option(names = "--from", paramLabel = "TIME", description = "Written then or later: 2026-11-22T10:00:00Z.")
    private @Nullable String from;

    @Option(names = "--until", paramLabel = "TIME", description = "Written before.")
    private @Nullable String until;

    @Option(names = "--aggregatetype", paramLabel = "TYPE", description = "Of aggregates of this type.")
    private @Nullable String aggregateType;

    @Option(names = "--key", paramLabel = "ID", description = "Of the aggregate with this id.")
    private @Nullable String key;

    @Option(names = "--event", paramLabel = "ID", description = "With this id; may be given up to 1000 times.")
    private @Nullable List<String> events;

    @Option(
            names = "--topic",
            paramLabel = "NAME",
            description = "Send all of them there. Default: where they were sent before.")
    private @Nullable String topic;

    @Option(
            names = "--per-second",
            paramLabel = "N",
            defaultValue = "0",
            description = "Events at most. Default: as fast as Kafka takes them.")
    private int perSecond;

    @Option(names = "--stop", description = "End the replay that runs; nothing else may be selected then.")
    private boolean stop;

    @Override
    public Integer call() {
        ObjectNode body = body();
        if (stop != body.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "nothing or too much says what to do, legal: --stop alone, or one or more of --from, --until,"
                            + " --aggregatetype, --key, --event");
        }
        ManagedOutbox.Asked asked = outbox.asked();
        JsonNode begun = stop
                ? asked.node().post(asked.path("replay", "stop"), note.with(Map.of()))
                : asked.node().post(asked.path("replay"), note.with(Map.of()), body);
        return report(awaitEnd(asked, begun));
    }

    private ObjectNode body() {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        put(body, "from", from);
        put(body, "until", until);
        put(body, "aggregatetype", aggregateType);
        put(body, "key", key);
        if (events != null) {
            events.forEach(body.putArray("event")::add);
        }
        if (!body.isEmpty()) {
            put(body, "topic", topic);
            body.put("perSecond", perSecond);
        }
        return body;
    }

    private static void put(ObjectNode body, String name, @Nullable String value) {
        if (value != null) {
            body.put(name, value);
        }
    }

    private JsonNode awaitEnd(ManagedOutbox.Asked asked, JsonNode begun) {
        String id = begun.path("id").asText();
        ProgressLine progress = new ProgressLine(spec.commandLine().getOut(), !out.isJson());
        JsonNode now = begun;
        while (now.path("state").asText().equals(RUNNING)) {
            progress.show(
                    now.path("share").asDouble(),
                    now.path("published").asLong() + " sent again"
                            + (now.path("error").isTextual()
                                    ? "; " + ErrorLine.single(now.path("error").asText())
                                    : ""));
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
            now = find(asked, id)
                    .orElseThrow(() -> new IllegalStateException("the node of replay " + id
                            + " ended before it did; what was sent stays sent, `relay history` tells more"));
        }
        return now;
    }

    private static Optional<JsonNode> find(ManagedOutbox.Asked asked, String id) {
        for (JsonNode one : asked.node().get(asked.path("replays")).path("replays")) {
            if (one.path("id").asText().equals(id)) {
                return Optional.of(one);
            }
        }
        return Optional.empty();
    }

    private Integer report(JsonNode end) {
        if (out.isJson()) {
            out.document(end);
        } else {
            lines(end);
        }
        boolean done = end.path("state").asText().equals("done");
        if (!done) {
            return stop && end.path("state").asText().equals("stopped")
                    ? CommandLine.ExitCode.OK
                    : CommandLine.ExitCode.SOFTWARE;
        }
        boolean complete = end.path("left").asLong() == 0 && end.path("missing").isEmpty();
        return complete ? CommandLine.ExitCode.OK : EXIT_INCOMPLETE;
    }

    private void lines(JsonNode end) {
        String error = end.path("error").isTextual()
                ? ": " + ErrorLine.single(end.path("error").asText())
                : "";
        out.line(
                "replay " + end.path("id").asText() + " is " + end.path("state").asText() + error + "; "
                        + end.path("published").asLong() + " events sent again");
        if (end.path("since").isTextual()) {
            out.line("earliest event that was there: " + end.path("since").asText());
        }
        if (end.path("left").asLong() > 0) {
            out.line(end.path("left").asLong() + " left out, they can never be published as they are:");
            end.path("leftEvents").forEach(one -> out.line("  " + ErrorLine.single(one.asText())));
        }
        if (!end.path("missing").isEmpty()) {
            out.line("not found (removed, not sent yet, put aside, or never there):");
            end.path("missing").forEach(one -> out.line("  " + ErrorLine.single(one.asText())));
        }
    }
}
