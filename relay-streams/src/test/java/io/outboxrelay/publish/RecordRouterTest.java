package io.outboxrelay.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.testkit.TestSettings;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordRouterTest {
    private static final Instant CREATED = Instant.parse("2026-01-02T03:04:05.678Z");
    private static final byte[] PAYLOAD = {0, 1, (byte) 0xff};

    private final RecordRouter router = new RecordRouter(TestSettings.ROUTING, 2_000);

    private static OutboxRow row(String key, byte[] payload, String headers) {
        return new OutboxRow(7, "event-7", "Order", key, "OrderPlaced", payload, headers, CREATED);
    }

    private static String text(byte[] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void theRecordIsTheOneDebeziumWouldWrite() {
        ProducerRecord<byte[], byte[]> message = router.route(row("kéy", PAYLOAD, null));
        assertThat(message.topic()).isEqualTo("outbox.event.Order");
        assertThat(text(message.key())).isEqualTo("kéy");
        assertThat(message.value()).isEqualTo(PAYLOAD);
        assertThat(message.partition()).isNull();
        assertThat(message.timestamp()).isEqualTo(CREATED.toEpochMilli());
        assertThat(message.headers().toArray()).extracting(Header::key).containsExactly("id");
        assertThat(text(message.headers().lastHeader("id").value())).isEqualTo("event-7");
    }

    @Test
    void anEventWithoutKeyOrPayloadKeepsItsNulls() {
        ProducerRecord<byte[], byte[]> message = router.route(row(null, null, null));
        assertThat(message.key()).isNull();
        assertThat(message.value()).isNull();
    }

    @Test
    void furtherHeadersFollowTheIdTextsBareAndOtherValuesAsJson() {
        ProducerRecord<byte[], byte[]> message =
                router.route(row("k", PAYLOAD, "{\"trace\": \"a\\\"b\", \"n\": 5, \"none\": null}"));
        assertThat(Arrays.stream(message.headers().toArray()).map(header -> header.key() + "=" + text(header.value())))
                .containsExactly("id=event-7", "trace=a\"b", "n=5", "none=null");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{secret", "[\"secret\"]", "\"secret\"", "1"})
    void headersThatAreNoObjectArePoisonAndTheErrorDoesNotShowThem(String headers) {
        assertThatThrownBy(() -> router.route(row("k", PAYLOAD, headers)))
                .isInstanceOfSatisfying(
                        RelayException.class, e -> assertThat(e.fault()).isEqualTo(Fault.POISON))
                .hasMessageContaining("row 7")
                .hasMessageNotContaining("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "{}", ""})
    void headersThatSayNothingAreNone(String headers) {
        assertThat(router.route(row("k", PAYLOAD, headers)).headers()).hasSize(1);
    }

    private void assertPoison(OutboxRow row, String defect) {
        assertThatThrownBy(() -> router.route(row))
                .hasMessageStartingWith(
                        "row 7 (event event-7, " + row.aggregateType() + ") cannot be published: " + defect)
                .extracting(failure -> ((RelayException) failure).fault())
                .isEqualTo(Fault.POISON);
    }

    @Test
    void aRowThatItsStoreCouldNotReadIsPoisonWithTheDefectNamed() {
        OutboxRow row = new OutboxRow(7, "event-7", "", "key", "T", null, null, CREATED, 900, "aggregatetype is torn");
        assertPoison(row, "aggregatetype is torn");
    }

    @Test
    void aTopicThatKafkaRefusesIsPoison() {
        for (String type : List.of("", "two words", "sl/ash", "ö", "nul\0", "x".repeat(237))) {
            OutboxRow row = new OutboxRow(7, "event-7", type, null, "T", null, null, CREATED);
            if (type.isEmpty()) {
                assertThat(router.route(row).topic()).isEqualTo("outbox.event.");
            } else {
                assertPoison(row, "topic outbox.event." + type + ", legal: [a-zA-Z0-9._-]{1,249}");
            }
        }
        OutboxRow longest = new OutboxRow(7, "event-7", "x".repeat(236), null, "T", null, null, CREATED);
        assertThat(router.route(longest).topic()).hasSize(249);
    }

    @Test
    void aTimeThatKafkaRefusesIsPoison() {
        for (Instant time : List.of(Instant.MIN, Instant.EPOCH.minusMillis(1), Instant.MAX)) {
            assertPoison(new OutboxRow(7, "event-7", "Order", null, "T", null, null, time), "created at " + time);
        }
    }

    @Test
    void aRecordLargerThanARequestMayBeIsPoison() {
        assertThat(router.route(row("key", new byte[1_600], null)).value()).hasSize(1_600);
        assertPoison(row("key", new byte[1_900], null), "record of 2206 bytes, legal: 0 to 2000 (max.request.size)");
        assertPoison(row("k".repeat(1_900), null, null), "record of 2203 bytes");
        assertPoison(row(null, null, "{\"h\": \"" + "v".repeat(1_900) + "\"}"), "record of 2214 bytes");
    }
}
