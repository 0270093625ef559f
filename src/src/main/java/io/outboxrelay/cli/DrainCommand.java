package io.outboxrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Has one node leave. */
@Command(
        name = "drain",
        mixinStandardHelpOptions = true,
        description = "Has the node that is asked hand its shards over, leave the cluster and end. Returns at once;"
                + " 'relay status' of another node shows how far it is. Needs management.allow-writes = true.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:the node is about to leave", "1:failed, or refused by the node", "2:wrong usage"})
final class DrainCommand implements Callable<Integer> {

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private AskedNode node;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private JournalNote note;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Output out;

    @Override
    public Integer call() {
        ManagementClient client = node.open().client();
        JsonNode answer = client.post("/node/drain", note.with(Map.of()));
        if (out.isJson()) {
            out.document(answer);
        } else {
            out.line("the node at " + client.address() + " hands its shards over, leaves and ends");
        }
        return CommandLine.ExitCode.OK;
    }
}
