package io.outboxrelay.store.postgres;

import io.outboxrelay.settings.AcknowledgeSettings;
import io.outboxrelay.settings.DatabaseSettings;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.jdbc.SqlFaults;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Creates and upgrades the relay's tables with Flyway; blocking, for the command line and tests. */
public final class Migrations {
    /** The outbox of one application: table, partitions, index, progress. */
    public static final String OUTBOX = "db/outbox-relay/outbox";
    /** What the relay cluster shares: node table and operator journal. */
    public static final String CONTROL = "db/outbox-relay/control";

    /** The relay's own table beside an outbox table that was there before. */
    public static final String PLAIN = "db/outbox-relay/plain";

    private Migrations() {}

    /** Where the tables of an outbox come from. */
    public static String locationOf(OutboxSettings outbox) {
        return outbox.acknowledge().mode() == AcknowledgeSettings.Mode.RING ? OUTBOX : PLAIN;
    }

    /**
     * Applies what is missing.
     *
     * @param table the outbox table, or for {@link #CONTROL} the prefix of its tables
     * @return how many migrations were applied
     * @throws io.outboxrelay.fault.RelayException if the database cannot be reached or refuses
     */
    public static int migrate(DatabaseSettings database, String location, String table) {
        String name = table.substring(table.indexOf('.') + 1);
        try {
            return Flyway.configure()
                    .dataSource(
                            database.url(), database.user(), database.password().reveal())
                    .locations("classpath:" + location)
                    .table(name + "_schema_history")
                    .placeholders(Map.of("table", table, "name", name))
                    .baselineOnMigrate(true)
                    .baselineVersion("0")
                    .load()
                    .migrate()
                    .migrationsExecuted;
        } catch (FlywayException e) {
            throw SqlFaults.classify("migrate " + table + " in " + database.safeUrl(), e);
        }
    }
}
