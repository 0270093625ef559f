package io.outboxrelay.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.settings.KafkaSettings;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProducerPropertiesTest {
    /** Lanes give a batch up in time; the other publisher never does. */
    @Test
    void whatOnePublisherRestsOnIsNotForcedOnTheOther() {
        KafkaSettings kafka =
                new KafkaSettings("here:1", KafkaSettings.Compression.LZ4, Map.of("delivery.timeout.ms", "20000"));
        assertThat(ProducerProperties.chosen("orders", kafka, 1_000)).containsEntry("delivery.timeout.ms", "20000");
        assertThatThrownBy(() -> ProducerProperties.of("orders", kafka, 1_000))
                .hasMessageContaining("delivery.timeout.ms = 20000");
    }

    private static Map<String, String> properties(long maxPayload, Map<String, String> own) {
        return ProducerProperties.of(
                "orders", new KafkaSettings("k:1", KafkaSettings.Compression.LZ4, own), maxPayload);
    }

    @Test
    void theDefaultPayloadFitsTheRequestThatKafkaAcceptsByDefault() {
        assertThat(properties(1000 << 10, Map.of()))
                .containsEntry("max.request.size", "1048576")
                .containsEntry("buffer.memory", "33554432");
        assertThat(properties(1 << 10, Map.of())).containsEntry("max.request.size", "1048576");
    }

    @Test
    void requestAndBufferGrowWithThePayload() {
        assertThat(properties(256L << 20, Map.of()))
                .containsEntry("max.request.size", "268460032")
                .containsEntry("buffer.memory", "536920064");
    }

    @Test
    void whatTheUserSetCounts() {
        Map<String, String> properties =
                properties(256L << 20, Map.of("max.request.size", " 5000000 ", "buffer.memory", "6000000"));
        assertThat(ProducerProperties.maxRequestBytes(properties)).isEqualTo(5_000_000);
        assertThat(properties).containsEntry("buffer.memory", "6000000");
    }
}
