package io.outboxrelay.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.OutboxRow;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;

class RecordRouterTest {
    private static final Instant CREATED = Instant.parse("2026-01-02T03:04:05.678Z");
    private static final byte[] PAYLOAD = {0, 1, (byte) 0xff};

    private final RecordRouter router = new RecordRouter();

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

    @Test
    void headersThatAreNoJsonArePoisonAndTheErrorDoesNotShowThem() {
        assertThatThrownBy(() -> router.route(row("k", PAYLOAD, "{secret")))
                .isInstanceOfSatisfying(
                        RelayException.class, e -> assertThat(e.fault()).isEqualTo(Fault.POISON))
                .hasMessageContaining("row 7")
                .hasMessageNotContaining("secret");
    }

    @Test
    void aRowThatItsStoreCouldNotReadIsPoisonWithTheDefectNamed() {
        OutboxRow row = new OutboxRow(7, "event-7", "", "key", "T", null, null, CREATED, 900, "aggregatetype is torn");
        assertThatThrownBy(() -> router.route(row))
                .hasMessage("row 7 (event event-7, ) cannot be published: aggregatetype is torn")
                .extracting(failure -> ((RelayException) failure).fault())
                .isEqualTo(Fault.POISON);
    }
}
