package io.outboxrelay.cli;

import io.outboxrelay.settings.DatabaseSettings;
import io.outboxrelay.settings.LoadedConfig;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.RelaySettings;
import io.outboxrelay.store.postgres.Migrations;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Creates or upgrades every table the configuration speaks of. */
@Command(
        name = "migrate",
        mixinStandardHelpOptions = true,
        description =
                "Creates or upgrades the tables of the relay and of every outbox. Doing it twice changes nothing.")
final class MigrateCommand implements Callable<Integer> {
    private static final String CONTROL_TABLES = "outbox_relay";

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(names = "--config", required = true, paramLabel = "FILE", description = "HOCON configuration of a node.")
    @SuppressWarnings("NullAway.Init") // required: set by picocli
    private Path config;

    @Override
    public Integer call() {
        RelaySettings settings = LoadedConfig.load(config).settings();
        migrate("control tables", settings.database(), Migrations.CONTROL, CONTROL_TABLES);
        for (OutboxSettings outbox : settings.outboxes().values()) {
            migrate("outbox " + outbox.name(), outbox.database(), Migrations.locationOf(outbox), outbox.table());
        }
        return CommandLine.ExitCode.OK;
    }

    private void migrate(String what, DatabaseSettings database, String location, String table) {
        int applied = Migrations.migrate(database, location, table);
        PrintWriter out = spec.commandLine().getOut();
        out.println(what + ": " + (applied == 0 ? "up to date" : applied + " migration(s) applied"));
    }
}
