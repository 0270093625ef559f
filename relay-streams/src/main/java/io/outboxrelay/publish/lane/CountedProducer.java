package io.outboxrelay.publish.lane;

import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A producer of bytes whose own metrics are shown, through Micrometer's global registry, until it is closed. */
public class CountedProducer extends KafkaProducer<byte[], byte[]> {
    private final KafkaClientMetrics numbers;

    public CountedProducer(Map<String, Object> properties) {
        super(properties, new ByteArraySerializer(), new ByteArraySerializer());
        this.numbers = new KafkaClientMetrics(this);
        numbers.bindTo(Metrics.globalRegistry);
    }

    @Override
    public void close(Duration timeout) {
        numbers.close();
        super.close(timeout);
    }
}
