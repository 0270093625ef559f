package io.outboxrelay.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options of commands that ask a running node about one of its outboxes. */
final class ManagedOutbox {

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec command;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private AskedNode asked;

    @Option(names = "--outbox", paramLabel = "NAME", defaultValue = "", description = "Needed where there are several.")
    @SuppressWarnings("NullAway.Init") // has a default
    private String outbox;

    /** A node, and the outbox it is asked about. */
    record Asked(ManagementClient node, String name) {
        /** Below the outbox's own path. */
        String path(String... segments) {
            StringBuilder path = new StringBuilder("/outbox/" + name);
            for (String segment : segments) {
                path.append('/')
                        .append(URLEncoder.encode(segment, StandardCharsets.UTF_8)
                                .replace("+", "%20"));
            }
            return path.toString();
        }
    }

    /** @throws ParameterException if it cannot be told which outbox is meant */
    Asked asked() {
        AskedNode.Opened node = asked.open();
        List<String> names = node.settings()
                .map(settings -> List.copyOf(settings.outboxes().keySet()))
                .orElseGet(() -> names(node.client()));
        return new Asked(node.client(), name(names));
    }

    /** The outboxes a node knows. */
    static List<String> names(ManagementClient node) {
        List<String> names = new ArrayList<>();
        node.get("/outbox")
                .path("outboxes")
                .forEach(outbox -> names.add(outbox.path("name").asText()));
        return names;
    }

    private String name(List<String> names) {
        if (outbox.isEmpty() && names.size() == 1) {
            return names.get(0);
        }
        if (!names.contains(outbox)) {
            throw new ParameterException(
                    command.commandLine(), "--outbox = '" + outbox + "', legal: " + String.join(", ", names));
        }
        return outbox;
    }
}
