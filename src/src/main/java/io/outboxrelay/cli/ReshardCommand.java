package io.outboxrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.outboxrelay.settings.LoadedConfig;
import io.outboxrelay.settings.RelaySettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Asks a running cluster to deal an outbox to another number of shards, and waits until it has. */
@Command(
        name = "reshard",
        mixinStandardHelpOptions = true,
        description = "Deals an outbox to another number of shards while the cluster runs. Events are not touched:"
                + " nothing is lost, repeated or reordered. Needs management.allow-writes = true.")
final class ReshardCommand implements Callable<Integer> {
    private static final long LOOK_EVERY_NANOS = Duration.ofMillis(200).toNanos();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "HOCON configuration of a node; its management host and port are asked.")
    @SuppressWarnings("NullAway.Init") // required: set by picocli
    private Path config;

    @Option(names = "--outbox", paramLabel = "NAME", defaultValue = "", description = "Needed where there are several.")
    @SuppressWarnings("NullAway.Init") // has a default
    private String outbox;

    @Option(names = "--shards", required = true, paramLabel = "N", description = "How many: 1 to 1024.")
    private int shards;

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "Kept with the change in the journal.")
    @SuppressWarnings("NullAway.Init") // has a default
    private String reason;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "120",
            description = "How long to wait for the end; default ${DEFAULT-VALUE}.")
    private int waitSeconds;

    @Override
    public Integer call() {
        RelaySettings settings = LoadedConfig.load(config).settings();
        String name = name(settings);
        ManagementClient node = new ManagementClient(
                settings.management().host(), settings.management().port());
        int before = node.get("/outbox/" + name).path("shards").asInt();
        node.post(
                "/outbox/" + name + "/reshard",
                Map.of("shards", Integer.toString(shards), "by", user(), "reason", reason));
        long deadline = System.nanoTime() + Duration.ofSeconds(waitSeconds).toNanos();
        JsonNode state = node.get("/outbox/" + name);
        while (!state.path("reshardingTo").isNull() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
            state = node.get("/outbox/" + name);
        }
        return report(name, before, state);
    }

    private Integer report(String name, int before, JsonNode state) {
        int now = state.path("shards").asInt();
        if (!state.path("reshardingTo").isNull()) {
            throw new IllegalStateException("outbox " + name + " is still being dealt to " + shards + " shards after "
                    + waitSeconds + " s; the cluster goes on with it, its log says what it waits for");
        }
        if (now != shards) {
            throw new IllegalStateException(
                    "outbox " + name + " keeps its " + now + " shards; the log of the cluster says why");
        }
        spec.commandLine().getOut().println("outbox " + name + " has " + now + " shards (before: " + before + ")");
        return CommandLine.ExitCode.OK;
    }

    private String name(RelaySettings settings) {
        if (outbox.isEmpty() && settings.outboxes().size() == 1) {
            return settings.outboxes().keySet().iterator().next();
        }
        if (!settings.outboxes().containsKey(outbox)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--outbox = '" + outbox + "', legal: "
                            + String.join(", ", settings.outboxes().keySet()));
        }
        return outbox;
    }

    private static String user() {
        return System.getProperty("user.name", "unknown");
    }
}
