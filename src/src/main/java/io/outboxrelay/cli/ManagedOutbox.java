package io.outboxrelay.cli;

import io.outboxrelay.settings.LoadedConfig;
import io.outboxrelay.settings.RelaySettings;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options of commands that ask a running node about one of its outboxes. */
final class ManagedOutbox {

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec command;

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
        RelaySettings settings = LoadedConfig.load(config).settings();
        return new Asked(ManagementClient.of(settings.management()), name(settings));
    }

    private String name(RelaySettings settings) {
        if (outbox.isEmpty() && settings.outboxes().size() == 1) {
            return settings.outboxes().keySet().iterator().next();
        }
        if (!settings.outboxes().containsKey(outbox)) {
            throw new ParameterException(
                    command.commandLine(),
                    "--outbox = '" + outbox + "', legal: "
                            + String.join(", ", settings.outboxes().keySet()));
        }
        return outbox;
    }
}
