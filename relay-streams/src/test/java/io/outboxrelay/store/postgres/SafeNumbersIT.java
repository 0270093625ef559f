package io.outboxrelay.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.testkit.DocumentedRoles;
import io.outboxrelay.testkit.JdbcTransaction;
import io.outboxrelay.testkit.OpenTransaction;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SafeNumbersIT {
    private static SandboxPostgres postgres;
    private static int databases;

    private final OutboxSql sql = new OutboxSql("outbox");
    private final SafeNumbers numbers = new SafeNumbers(sql, Duration.ZERO);
    private OutboxSettings settings;
    private Connection relay;

    @BeforeAll
    static void start() {
        postgres = SandboxPostgres.start();
        DocumentedRoles.create(postgres);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void open() throws SQLException {
        settings = DocumentedRoles.outbox(postgres, "numbers" + databases++, 1);
        relay = DriverManager.getConnection(settings.database().url(), DocumentedRoles.RELAY, "none");
        relay.setAutoCommit(false);
        new Progress(sql).shards(relay, 1);
        relay.commit();
    }

    @AfterEach
    void close() throws SQLException {
        relay.close();
    }

    private OpenTransaction writer() {
        return JdbcTransaction.begin(settings, DocumentedRoles.APPLICATION);
    }

    private void acknowledgeAll() throws SQLException {
        DocumentedRoles.execute(
                settings.database().url(),
                DocumentedRoles.RELAY,
                "update outbox_progress set prev = pg_current_snapshot()");
    }

    /** As often as a minute passes, in which other transactions come and go. */
    private long safeNumberAfter(int rounds) throws SQLException {
        for (int n = 0; n < rounds; n++) {
            numbers.advance(relay);
        }
        long safe = Queries.number(relay, "select seq_low from outbox_progress").orElseThrow();
        relay.commit();
        return safe;
    }

    @Test
    void numbersAreSafeOnlyOnceTheyAreAcknowledged() throws SQLException {
        writer().append("k", "1").append("k", "2").commit();
        assertThat(safeNumberAfter(3)).isZero();
        acknowledgeAll();
        assertThat(safeNumberAfter(2)).isEqualTo(2);
    }

    @Test
    void aNumberIsNotSafeWhileTheTransactionThatTookItIsOpen() throws SQLException {
        OpenTransaction open = writer().append("k", "1");
        writer().append("k", "2").commit();
        numbers.advance(relay);
        acknowledgeAll();
        assertThat(safeNumberAfter(3)).isZero();
        open.commit();
        assertThat(safeNumberAfter(1)).isZero();
        acknowledgeAll();
        assertThat(safeNumberAfter(1)).isEqualTo(2);
    }

    @Test
    void aMarkIsNotUsedBeforeItIsOldEnough() throws SQLException {
        SafeNumbers patient = new SafeNumbers(sql, Duration.ofHours(1));
        writer().append("k", "1").commit();
        patient.advance(relay);
        acknowledgeAll();
        patient.advance(relay);
        assertThat(Queries.number(relay, "select seq_low from outbox_progress")).hasValue(0L);
    }

    @Test
    void numbersThatAreUsedUpToMoveOnAreSafeToo() throws SQLException {
        DocumentedRoles.execute(settings.database().url(), DocumentedRoles.RELAY, "select nextval('outbox_seq_seq')");
        numbers.advance(relay);
        acknowledgeAll();
        assertThat(safeNumberAfter(1)).isEqualTo(1);
    }
}
