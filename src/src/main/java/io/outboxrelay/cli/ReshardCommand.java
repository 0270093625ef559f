package io.outboxrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Asks a running cluster to deal an outbox to another number of shards, and waits until it has. */
@Command(
        name = "reshard",
        mixinStandardHelpOptions = true,
        description = "Deals an outbox to another number of shards while the cluster runs. Events are not touched:"
                + " nothing is lost, repeated or reordered. Needs management.allow-writes = true.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:done", "1:failed, refused by the node, or not done yet when --wait was over", "2:wrong usage"
        })
final class ReshardCommand implements Callable<Integer> {
    private static final long LOOK_EVERY_NANOS = Duration.ofMillis(200).toNanos();

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private ManagedOutbox outbox;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private JournalNote note;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Output out;

    @Option(names = "--shards", required = true, paramLabel = "N", description = "How many: 1 to 1024.")
    private int shards;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "120",
            description = "How long to wait for the end; default ${DEFAULT-VALUE}.")
    private int waitSeconds;

    /** What has been done. */
    private record Resharded(String outbox, int shards, int before) {}

    @Override
    public Integer call() {
        ManagedOutbox.Asked asked = outbox.asked();
        ManagementClient node = asked.node();
        int before = node.get(asked.path()).path("shards").asInt();
        node.post(asked.path("reshard"), note.with(Map.of("shards", Integer.toString(shards))));
        long deadline = System.nanoTime() + Duration.ofSeconds(waitSeconds).toNanos();
        JsonNode state = node.get(asked.path());
        while (!state.path("reshardingTo").isNull() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
            state = node.get(asked.path());
        }
        return report(asked.name(), before, state);
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
        if (out.isJson()) {
            out.document(new Resharded(name, now, before));
        } else {
            out.line("outbox " + name + " has " + now + " shards (before: " + before + ")");
        }
        return CommandLine.ExitCode.OK;
    }
}
