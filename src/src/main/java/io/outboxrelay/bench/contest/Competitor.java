package io.outboxrelay.bench.contest;

import io.outboxrelay.bench.BenchServer;
import io.outboxrelay.bench.BenchSettings;
import io.outboxrelay.sandbox.RolesDocument;
import io.outboxrelay.store.postgres.Migrations;
import java.sql.SQLException;

/** Who brings the same rows from PostgreSQL to Kafka, and what no one can do without; each as processes of its own. */
public enum Competitor {
    RELAY("relay, at-least-once", BenchServer.RING),
    RELAY_EXACTLY_ONCE("relay, exactly-once", BenchServer.RING),
    POLLER("SKIP LOCKED poller", BenchServer.PLAIN),
    DEBEZIUM("Debezium Server, for throughput", BenchServer.PLAIN),
    DEBEZIUM_LATENCY("Debezium Server, for latency", BenchServer.PLAIN),
    FLOOR_COPY("floor: COPY out of PostgreSQL", BenchServer.PLAIN),
    FLOOR_PRODUCER("floor: producer into Kafka", BenchServer.PLAIN),
    FLOOR_BOTH("floor: both at once", BenchServer.PLAIN);

    private final String title;
    private final String table;

    Competitor(String title, String table) {
        this.title = title;
        this.table = table;
    }

    String title() {
        return title;
    }

    String table() {
        return table;
    }

    boolean isRelay() {
        return this == RELAY || this == RELAY_EXACTLY_ONCE;
    }

    /** Needs a download. */
    public boolean isDebezium() {
        return this == DEBEZIUM || this == DEBEZIUM_LATENCY;
    }

    /** True where nothing is brought anywhere: there is a rate and a cost, and nothing to check. */
    boolean isFloor() {
        return this == FLOOR_COPY || this == FLOOR_PRODUCER || this == FLOOR_BOTH;
    }

    /** Before the rows are written. */
    void prepare(Arena arena) throws SQLException {
        if (isDebezium()) {
            DebeziumServer.createSlot(arena.database(), table);
        } else if (isRelay()) {
            String owner = RolesDocument.OWNER;
            Migrations.migrate(
                    BenchSettings.ring(arena.postgres(), owner, table, 1).database(),
                    Migrations.CONTROL,
                    "outbox_relay");
            RolesDocument.execute("control", arena.postgres().jdbcUrl(), owner);
        }
    }
}
