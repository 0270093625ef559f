package io.outboxrelay.cli;

import io.outboxrelay.settings.DatabaseSettings;
import io.outboxrelay.settings.LoadedConfig;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.RelaySettings;
import io.outboxrelay.store.postgres.Migrations;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Creates or upgrades every table the configuration speaks of. */
@Command(
        name = "migrate",
        mixinStandardHelpOptions = true,
        description =
                "Creates or upgrades the tables of the relay and of every outbox. Doing it twice changes nothing.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:done", "1:failed", "2:wrong usage"})
final class MigrateCommand implements Callable<Integer> {
    private static final String CONTROL_TABLES = "outbox_relay";

    @Option(names = "--config", required = true, paramLabel = "FILE", description = "HOCON configuration of a node.")
    @SuppressWarnings("NullAway.Init") // required: set by picocli
    private Path config;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Output out;

    /** Tables, and how many migrations they needed. */
    private record Migrated(String subject, int applied) {}

    @Override
    public Integer call() {
        RelaySettings settings = LoadedConfig.load(config).settings();
        List<Migrated> migrated = new ArrayList<>();
        migrated.add(migrate("control tables", settings.database(), Migrations.CONTROL, CONTROL_TABLES));
        for (OutboxSettings outbox : settings.outboxes().values()) {
            migrated.add(migrate(
                    "outbox " + outbox.name(), outbox.database(), Migrations.locationOf(outbox), outbox.table()));
        }
        if (out.isJson()) {
            out.document(migrated);
        }
        return CommandLine.ExitCode.OK;
    }

    private Migrated migrate(String subject, DatabaseSettings database, String location, String table) {
        int applied = Migrations.migrate(database, location, table);
        if (!out.isJson()) {
            out.line(subject + ": " + (applied == 0 ? "up to date" : applied + " migration(s) applied"));
        }
        return new Migrated(subject, applied);
    }
}
