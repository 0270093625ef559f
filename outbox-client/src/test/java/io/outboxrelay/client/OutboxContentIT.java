package io.outboxrelay.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.sandbox.SandboxPostgres;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutboxContentIT {
    private static SandboxPostgres postgres;
    private static OutboxDatabase database;

    private final OutboxWriter outbox = new OutboxWriter();

    @BeforeAll
    static void startPostgres() throws SQLException {
        postgres = SandboxPostgres.start();
        database = OutboxDatabase.create(postgres, "content");
    }

    @AfterAll
    static void stopPostgres() {
        postgres.close();
    }

    @BeforeEach
    void emptyTable() throws SQLException {
        database.run("truncate outbox");
    }

    @Test
    void storesATombstoneAsNull() throws SQLException {
        write(OutboxEvent.to("order").key("o-1").type("OrderDeleted").tombstone());

        assertThat(database.ask("select payload from outbox")).containsExactly((String) null);
    }

    @Test
    void tellsAnEmptyPayloadFromATombstone() throws SQLException {
        write(OutboxEvent.to("order").key("o-1").type("OrderTouched").payload(new byte[0]));

        assertThat(database.ask("select length(payload) from outbox")).containsExactly("0");
    }

    @Test
    void storesAnEventWithoutAKeyAsNullAndAnEmptyKeyAsEmpty() throws SQLException {
        write(OutboxEvent.to("order").type("OrderPlaced").json("{}"));
        write(OutboxEvent.to("order").key("").type("OrderPlaced").json("{}"));

        assertThat(database.ask("select aggregateid from outbox order by seq")).containsExactly(null, "");
    }

    @Test
    void storesPayloadsByteForByte() throws SQLException {
        byte[] every = new byte[256];
        for (int value = 0; value < every.length; value++) {
            every[value] = (byte) value;
        }
        write(OutboxEvent.to("order").key("o-1").type("OrderPlaced").payload(every));

        assertThat(storedPayload()).isEqualTo(every);
    }

    @Test
    void storesTextWithQuotesBackslashesAndAnyUnicode() throws SQLException {
        String awkward = "'; drop table outbox; -- \\ \" \n $1 ? größe 訂單 \ud83d\ude00";
        write(OutboxEvent.to("order " + awkward)
                .key("key " + awkward)
                .type("type " + awkward)
                .json("{}"));

        assertThat(database.ask("select aggregatetype from outbox")).containsExactly("order " + awkward);
        assertThat(database.ask("select aggregateid from outbox")).containsExactly("key " + awkward);
        assertThat(database.ask("select type from outbox")).containsExactly("type " + awkward);
    }

    @Test
    void storesHeadersOfAnyTextAsOneJsonObject() throws SQLException {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("plain", "value");
        headers.put("empty", "");
        headers.put("NULL", "NULL");
        headers.put("a \"quoted\" name", "'single', \"double\", `back`");
        headers.put("back\\slash", "c:\\new\\table \\\" \\u0041");
        headers.put("{array,like}", "{\"a\",b}");
        headers.put("control", "\u0001\b\t\n\f\r\u001f\u007f\u0085\u2028");
        headers.put("größe", "訂單 \ud83d\ude00 \uffff");
        OutboxEvent event =
                OutboxEvent.to("order").key("o-1").type("OrderPlaced").json("{}");
        for (Map.Entry<String, String> header : headers.entrySet()) {
            event = event.header(header.getKey(), header.getValue());
        }
        write(event);

        assertThat(storedHeaders()).isEqualTo(headers);
    }

    private void write(OutboxEvent event) throws SQLException {
        try (Connection connection = database.begin()) {
            outbox.write(connection, event);
            connection.commit();
        }
    }

    private static byte[] storedPayload() throws SQLException {
        try (Connection connection = database.connectAsSuperuser();
                PreparedStatement select = connection.prepareStatement("select payload from outbox");
                ResultSet rows = select.executeQuery()) {
            assertThat(rows.next()).isTrue();
            return rows.getBytes(1);
        }
    }

    private static Map<String, String> storedHeaders() throws SQLException {
        Map<String, String> headers = new LinkedHashMap<>();
        try (Connection connection = database.connectAsSuperuser();
                PreparedStatement select = connection.prepareStatement(
                        "select h.key, h.value from outbox o cross join lateral jsonb_each_text(o.headers) h");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                headers.put(rows.getString(1), rows.getString(2));
            }
        }
        return headers;
    }
}
