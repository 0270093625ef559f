package io.outboxrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.outboxrelay.demo.Figures;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Every shard on a line. */
@Command(
        name = "shards",
        mixinStandardHelpOptions = true,
        description = "Lists every shard: where it is, what it does, what waits, and why it does not get on.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:done, whatever the shards do", "1:the node cannot be asked", "2:wrong usage"})
final class ShardsCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private AskedNode node;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Output out;

    @Option(names = "--outbox", paramLabel = "NAME", defaultValue = "", description = "Only of that outbox.")
    @SuppressWarnings("NullAway.Init") // has a default
    private String outbox;

    @Override
    public Integer call() {
        ManagementClient client = node.open().client();
        AskedCluster cluster = new AskedCluster(client);
        List<JsonNode> shards = new ArrayList<>();
        for (String name : wanted(ManagedOutbox.names(client))) {
            shards.addAll(cluster.shards(name));
        }
        if (out.isJson()) {
            out.document(shards);
        } else {
            table(shards).lines().forEach(out::line);
        }
        return CommandLine.ExitCode.OK;
    }

    private List<String> wanted(List<String> names) {
        if (outbox.isEmpty()) {
            return names;
        }
        if (!names.contains(outbox)) {
            throw new ParameterException(
                    spec.commandLine(), "--outbox = '" + outbox + "', legal: " + String.join(", ", names));
        }
        return List.of(outbox);
    }

    private static Table table(List<JsonNode> shards) {
        Table table = new Table(
                "lllrrrrrrl",
                "SHARD",
                "PHASE",
                "NODE",
                "EPOCH",
                "WAITING",
                "OLDEST",
                "RATE",
                "IN FLIGHT",
                "PARKED",
                "WHY");
        for (JsonNode shard : shards) {
            String capped = shard.path("rowsWaitingCapped").asBoolean() ? "+" : "";
            table.row(
                    shard.path("outbox").asText() + "/" + shard.path("shard").asInt(),
                    shard.path("phase").asText("unknown"),
                    shard.path("node").isTextual() ? shard.path("node").asText() : "-",
                    Long.toString(shard.path("epoch").asLong()),
                    StatusLines.known(shard.path("rowsWaiting").asLong(-1)) + capped,
                    StatusLines.seconds(shard.path("oldestWaitingSeconds").asDouble(-1)),
                    Figures.perSecond(shard.path("ratePerSecond").asDouble()),
                    Figures.count(shard.path("rowsInFlight").asLong()),
                    StatusLines.known(shard.path("parkedRows").asLong(-1)),
                    Trouble.of(shard).map(Trouble::why).orElse(""));
        }
        return table;
    }
}
