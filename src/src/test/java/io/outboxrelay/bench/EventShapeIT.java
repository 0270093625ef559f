package io.outboxrelay.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EventShapeIT {

    @Test
    void theDatabaseWritesThemAsWritersDo() throws Exception {
        EventShape shape = new EventShape(20, 1_001);
        try (BenchServer server = BenchServer.start(4, Map.of())) {
            server.fill(BenchServer.PLAIN, 45, shape);
            try (Statement statement = server.connection().createStatement();
                    ResultSet row =
                            statement.executeQuery("select aggregateid, payload from plain_outbox order by seq")) {
                for (int number = 0; number < 45; number++) {
                    assertThat(row.next()).isTrue();
                    byte[] payload = row.getBytes(2);
                    assertThat(row.getString(1)).isEqualTo(shape.key(number));
                    assertThat(payload).hasSize(1_001);
                    assertThat(EventShape.number(payload)).isEqualTo(number);
                    assertThat(EventShape.due(payload)).isZero();
                }
                assertThat(row.next()).isFalse();
            }
        }
    }

    @Test
    void aPayloadTellsItsNumberAndWhenItWasDue() {
        byte[] payload = EventShape.USUAL.payload(12_345, 987_654_321_012L);
        assertThat(payload).hasSize(300);
        assertThat(EventShape.number(payload)).isEqualTo(12_345);
        assertThat(EventShape.due(payload)).isEqualTo(987_654_321_012L);
        assertThat(EventShape.number("1xxx".getBytes(StandardCharsets.UTF_8))).isEqualTo(-1);
        assertThat(EventShape.due("x".repeat(300).getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(-1);
    }

    @Test
    void aPayloadTooShortForItsHeaderIsRefused() {
        assertThatThrownBy(() -> new EventShape(1, 31)).hasMessageContaining("payloadBytes = 31, legal 32 to 131072");
    }
}
