package io.outboxrelay.publish.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.settings.KafkaSettings;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;

class LanePropertiesTest {

    /** As people have them to count what is sent. */
    public static final class OfProducers implements ProducerInterceptor<byte[], byte[]> {
        @Override
        public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> message) {
            return message;
        }

        @Override
        public void onAcknowledgement(RecordMetadata metadata, Exception exception) {}

        @Override
        public void close() {}

        @Override
        public void configure(Map<String, ?> configs) {}
    }

    private static LaneSettings settings(Map<String, String> own) {
        return LaneSettings.of("orders", new KafkaSettings("127.0.0.1:1", KafkaSettings.Compression.LZ4, own), 1_000);
    }

    @Test
    void whatOnlyAProducerUnderstandsGoesToTheProducerAlone() {
        LaneSettings settings = settings(Map.of(
                "interceptor.classes", OfProducers.class.getName(),
                "linger.ms", "5",
                "security.protocol", "PLAINTEXT"));
        assertThat(LaneProperties.producer(settings, "lane"))
                .containsKeys("interceptor.classes", "linger.ms", "security.protocol");
        assertThat(LaneProperties.admin(settings))
                .containsKey("security.protocol")
                .doesNotContainKeys("interceptor.classes", "linger.ms");
        Map<String, Object> consumer = LaneProperties.consumer(settings);
        assertThat(consumer).containsKey("security.protocol").doesNotContainKeys("interceptor.classes", "linger.ms");
        new KafkaConsumer<>(consumer, new ByteArrayDeserializer(), new ByteArrayDeserializer()).close();
    }

    @Test
    void timeoutsKeepTheirOrder() {
        assertThatThrownBy(() -> LaneProperties.producer(settings(Map.of("max.block.ms", "30000")), "lane"))
                .hasMessageContaining("max.block.ms = 30000", "each smaller than the next");
        assertThatThrownBy(() -> LaneProperties.producer(settings(Map.of("acks", "1")), "lane"))
                .hasMessageContaining("acks = 1", "legal with exactly-once: all");
    }
}
