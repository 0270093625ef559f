package io.outboxrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Has one shard move to a node. */
@Command(
        name = "move",
        mixinStandardHelpOptions = true,
        description = "Moves a shard to a node and keeps it there until that node is gone, or until it is moved to any:"
                + " then it is spread evenly with the others again. Nothing is lost or repeated. Needs"
                + " management.allow-writes = true.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:it will move, or is there", "1:failed, or refused by the node", "2:wrong usage"})
final class MoveCommand implements Callable<Integer> {

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private ManagedOutbox outbox;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private JournalNote note;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Output out;

    @Parameters(paramLabel = "SHARD", description = "Number of the shard.")
    private int shard;

    @Option(
            names = "--to",
            required = true,
            paramLabel = "NODE",
            description = "The node, host:port, as `relay shards` shows nodes; or any.")
    @SuppressWarnings("NullAway.Init") // required: set by picocli
    private String to;

    @Override
    public Integer call() {
        ManagedOutbox.Asked asked = outbox.asked();
        JsonNode moving =
                asked.node().post(asked.path("shards", Integer.toString(shard), "move"), note.with(Map.of("to", to)));
        if (out.isJson()) {
            out.document(moving);
        } else {
            out.line("shard " + asked.name() + "/" + shard + " " + told(moving));
        }
        return CommandLine.ExitCode.OK;
    }

    private static String told(JsonNode moving) {
        if (moving.path("to").isNull()) {
            return "goes wherever it is even";
        }
        String node = moving.path("to").asText();
        return node.equals(moving.path("from").asText("")) ? "is on " + node + " and stays there" : "moves to " + node;
    }
}
