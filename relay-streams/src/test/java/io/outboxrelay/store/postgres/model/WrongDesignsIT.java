package io.outboxrelay.store.postgres.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.store.postgres.model.WrongReader.Design;
import io.outboxrelay.testkit.DocumentedRoles;
import io.outboxrelay.testkit.Verdict;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The checker convicts the designs that are known to be wrong, each by the schedule that it does not survive. */
class WrongDesignsIT {
    private static final AtomicInteger DATABASES = new AtomicInteger();
    private static SandboxPostgres postgres;
    private static ActorTestKit kit;

    @BeforeAll
    static void start() {
        // a transaction of its own in the wrong moment would change what the schedules are about
        postgres = DocumentedRoles.create(SandboxPostgres.start(Map.of("autovacuum", "off")));
        kit = ActorTestKit.create();
    }

    @AfterAll
    static void stop() {
        kit.shutdownTestKit();
        postgres.close();
    }

    @Test
    void aCursorAtTheHighestNumberLosesWhatCommitsLate() throws SQLException {
        Verdict verdict = verdict(Design.HIGH_WATER, Schedule.LATE_COMMIT);
        assertThat(verdict.lost()).as("%s", verdict).isEqualTo(1);
    }

    @Test
    void numbersThatSessionsTakeInBlocksReorderAnAggregate() throws SQLException {
        Verdict verdict = verdict(Design.SEQ_ORDER, Schedule.CACHED_NUMBERS);
        assertThat(verdict.disordered()).as("%s", verdict).isEqualTo(1);
        assertThat(verdict.lost()).isZero();
    }

    @Test
    void theOrderOfTransactionIdsReordersAnAggregate() throws SQLException {
        Verdict verdict = verdict(Design.TXID_ORDER_BELOW_HORIZON, Schedule.EARLY_XID);
        assertThat(verdict.disordered()).as("%s", verdict).isEqualTo(1);
        assertThat(verdict.lost()).isZero();
    }

    @Test
    void theOrderOfNumbersBelowTheHorizonReordersAnAggregate() throws SQLException {
        Verdict verdict = verdict(Design.SEQ_ORDER_BELOW_HORIZON, Schedule.HORIZON_BETWEEN);
        assertThat(verdict.disordered()).as("%s", verdict).isEqualTo(1);
        assertThat(verdict.lost()).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = "CACHED_NUMBERS") // breaks any reader: numbers must not be cached, and the table says so
    void theStoreSurvivesEachOfTheseSchedules(Schedule schedule) throws SQLException {
        ModelDatabase database = newDatabase();
        try (RingPoller store = new RingPoller(kit.system(), database)) {
            schedule.run(database, store);
            assertThat(Verdict.of(database.ledger(), store.published()).isExactlyOnce())
                    .isTrue();
            assertThat(store.published()).hasSize(2);
        }
    }

    private static Verdict verdict(Design design, Schedule schedule) throws SQLException {
        ModelDatabase database = newDatabase();
        WrongReader reader = new WrongReader(database, design);
        schedule.run(database, reader);
        return Verdict.of(database.ledger(), reader.published());
    }

    private static ModelDatabase newDatabase() throws SQLException {
        return ModelDatabase.create(postgres, "schedule" + DATABASES.incrementAndGet(), 4);
    }
}
