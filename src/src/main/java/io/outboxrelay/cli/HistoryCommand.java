package io.outboxrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What people have done to the cluster. */
@Command(
        name = "history",
        mixinStandardHelpOptions = true,
        description = "Lists what was changed, by whom and why, the newest first. Asks a running node, any of them"
                + " answers for all.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:done", "1:the node cannot be asked", "2:wrong usage"})
final class HistoryCommand implements Callable<Integer> {
    private static final int MOST = 1000;
    private static final String HISTORY = "history";

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private AskedNode node;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Output out;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "20",
            description = "How many, 1 to 1000. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Override
    public Integer call() {
        if (limit < 1 || limit > MOST) {
            throw new ParameterException(spec.commandLine(), "--limit = " + limit + ", legal 1 to " + MOST);
        }
        JsonNode answer = node.open().client().get("/history", Map.of("limit", Integer.toString(limit)));
        if (out.isJson()) {
            out.document(answer);
        } else {
            table(answer.path(HISTORY)).lines().forEach(out::line);
        }
        return CommandLine.ExitCode.OK;
    }

    private static Table table(JsonNode history) {
        Table table = new Table("lllll", "AT", "BY", "ACTION", "WHAT", "REASON");
        for (JsonNode one : history) {
            table.row(text(one, "at"), text(one, "by"), text(one, "action"), what(one), text(one, "reason"));
        }
        return table;
    }

    /** The outbox, and what of it. */
    private static String what(JsonNode one) {
        List<String> parts = new ArrayList<>();
        parts.add(text(one, "outbox"));
        List<String> shards = texts(one.path("shards"));
        if (!shards.isEmpty()) {
            parts.add((shards.size() == 1 ? "shard " : "shards ") + String.join(",", shards));
        }
        List<String> events = texts(one.path("events"));
        if (!events.isEmpty()) {
            parts.add((events.size() == 1 ? "event " : "events ") + String.join(",", events));
        }
        if (text(one, "action").startsWith("replay")) {
            parts.add(text(one, "detail"));
        }
        return String.join(" ", parts);
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(one -> texts.add(ErrorLine.single(one.asText())));
        return texts;
    }

    private static String text(JsonNode one, String field) {
        JsonNode value = one.path(field);
        return value.isNull() || value.asText().isBlank() ? "-" : ErrorLine.single(value.asText());
    }
}
