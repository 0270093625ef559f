package io.outboxrelay.store.plain;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.settings.AcknowledgeSettings.Mode;
import io.outboxrelay.settings.DatabaseSettings;
import io.outboxrelay.testkit.TestSettings;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables as applications make them on H2. */
class H2TableIT extends TableScene {
    private static int databases;

    @Override
    DatabaseSettings newDatabase() {
        return TestSettings.database("jdbc:h2:mem:table" + databases++ + ";DB_CLOSE_DELAY=-1");
    }

    @Override
    PlainRights rights() {
        return PlainRights.EMBEDDED;
    }

    @ParameterizedTest
    @ValueSource(strings = {"varchar", "clob", "blob"})
    void aBadRowTakesNoOtherWithIt(String payload) throws Exception {
        String events = "insert into outboxevent (id, aggregatetype, aggregateid, type, payload) values"
                + " ('no key', 'Order', null, 'T', P('x')), ('nothing', 'Order', 'k', 'T', null),"
                + " ('large', 'Order', 'k', 'T', P(repeat('x', 1024001))),"
                + " ('no topic', null, 'k', 'T', P('x')), ('nul', 'Order', 'k' || char(0), 'T', P('x'))";
        PlainStore store = open(
                Mode.DELETE,
                columns("", "seq"),
                "create table outboxevent (id varchar(36) primary key, aggregatetype varchar, aggregateid varchar,"
                        + " type varchar, payload " + payload + ", seq bigint generated always as identity unique)",
                events.replace("P(", payload.equals("blob") ? "stringtoutf8(" : "("));
        assertDefects(
                store,
                Map.of(
                        "no key", "none",
                        "nothing", "none",
                        "large", "column payload of 1024001 bytes, legal: 0 to 1024000 (reader.max-payload)",
                        "no topic", "column aggregatetype is null",
                        "nul", "none"));
    }

    @Test
    void theDoctorSeesTheRoutesOfWhatWaits() {
        open(
                Mode.DELETE,
                columns("", "seq"),
                "create table outboxevent (id uuid default random_uuid() primary key, aggregatetype varchar,"
                        + " aggregateid varchar, type varchar, payload varchar, seq bigint generated always as identity"
                        + " unique)",
                "insert into outboxevent (aggregatetype, aggregateid, type) values ('A', 'k', 'T'), ('A', 'l', 'T'),"
                        + " ('B', null, 'U')");
        assertRoutes(Mode.DELETE, columns("", "seq"), "A", "B");
    }

    @Test
    void whatWasMarkedIsReadAgain() {
        PlainStore store = open(
                Mode.MARK,
                columns("created_at", "seq"),
                "create table outboxevent (id uuid default random_uuid() primary key, aggregatetype varchar,"
                        + " aggregateid varchar, type varchar, payload varchar, seq bigint generated always as identity"
                        + " unique, created_at timestamp with time zone default current_timestamp, published_at"
                        + " timestamp with time zone)",
                "insert into outboxevent (aggregatetype, aggregateid, type, payload) select 'A', 'k' || (x % 7), 'T',"
                        + " 'p' || x from system_range(1, 2500)");
        assertThat(relayed(store, 2500)).hasSize(2500);
        execute("insert into outboxevent (aggregatetype, aggregateid, type) values ('A', 'waits', 'T')");
        assertMarkedRowsAreReadAgain(store, 2500);
    }
}
