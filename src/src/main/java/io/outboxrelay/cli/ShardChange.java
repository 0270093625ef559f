package io.outboxrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Has shards rest, go on or start anew, each by itself: one that is refused keeps no other from being done. */
@Command(
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:done", "1:failed, or refused by the node for a shard at least", "2:wrong usage"})
abstract class ShardChange implements Callable<Integer> {
    private static final int MOST_SHARDS = 1024;

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

    @Option(
            names = "--shard",
            required = true,
            split = ",",
            paramLabel = "N",
            description = "Numbers of shards, with commas in between, or all.")
    @SuppressWarnings("NullAway.Init") // required: set by picocli
    private List<String> shards;

    /** Has them rest. */
    @Command(
            name = "pause",
            description = "Has shards finish what they have in flight and rest until they are resumed, also over"
                    + " restarts. Needs management.allow-writes = true.")
    static final class Pause extends ShardChange {
        @Override
        public Integer call() {
            return change("pause", "is to rest");
        }
    }

    /** Has them go on. */
    @Command(name = "resume", description = "Has shards that rest go on. Needs management.allow-writes = true.")
    static final class Resume extends ShardChange {
        @Override
        public Integer call() {
            return change("resume", "is to relay");
        }
    }

    /** Has them start anew. */
    @Command(
            name = "restart",
            description = "Has shards finish what they have in flight and start anew where they are, at once also where"
                    + " they wait after a failure. Needs management.allow-writes = true.")
    static final class Restart extends ShardChange {
        @Override
        public Integer call() {
            return change("restart", "starts anew");
        }
    }

    Integer change(String verb, String done) {
        List<Integer> named = named();
        ManagedOutbox.Asked asked = outbox.asked();
        List<JsonNode> changed = new ArrayList<>();
        int refused = 0;
        for (int shard : named.isEmpty() ? all(asked) : named) {
            try {
                String path = asked.path("shards", Integer.toString(shard), verb);
                changed.add(asked.node().post(path, note.with(Map.of())));
                if (!out.isJson()) {
                    out.line("shard " + asked.name() + "/" + shard + " " + done);
                }
            } catch (ManagementClient.RefusedByNode e) {
                refused++;
                out.error(ErrorLine.of(e));
            }
        }
        if (out.isJson()) {
            out.document(changed);
        }
        return refused == 0 ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    /** Empty for all. */
    private List<Integer> named() {
        if (shards.equals(List.of("all"))) {
            return List.of();
        }
        SortedSet<Integer> numbers = new TreeSet<>();
        for (String text : shards) {
            String bare = text.strip();
            int number = bare.matches("[0-9]{1,4}") ? Integer.parseInt(bare) : MOST_SHARDS;
            if (number >= MOST_SHARDS) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--shard = '" + text + "', legal: numbers from 0 to " + (MOST_SHARDS - 1)
                                + " with commas in between, or all");
            }
            numbers.add(number);
        }
        return List.copyOf(numbers);
    }

    private static List<Integer> all(ManagedOutbox.Asked asked) {
        JsonNode count = asked.node().get(asked.path()).path("shards");
        if (!count.isInt()) {
            throw new IllegalStateException("how many shards outbox " + asked.name()
                    + " has is not known yet; its database may be down; name them by number");
        }
        return IntStream.range(0, count.asInt()).boxed().collect(Collectors.toList());
    }
}
