package io.outboxrelay.publish;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.settings.KafkaSettings;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerConfig;

/** The producer's configuration: what order and durability rest on, sensible defaults, then the user's own. */
final class ProducerProperties {
    private static final int BATCH_BYTES = 256 << 10;

    /** What a record may hold beside the largest payload: key, headers and Kafka's own. */
    private static final long BESIDE_PAYLOAD = 24 << 10;

    private static final long BUFFER_BYTES = 32 << 20; // Kafka's default

    /** Settings the promises rest on; a user may repeat them, not change them. */
    private static final Map<String, String> FIXED = Map.of(
            ProducerConfig.ACKS_CONFIG,
            "all",
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
            "true",
            // a later batch that lands while an earlier one is refused overtakes it, and blocks it for good
            ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
            "1",
            // Kafka gives a batch up after this; a later batch of the same key would overtake it
            ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
            Integer.toString(Integer.MAX_VALUE),
            ProducerConfig.RETRIES_CONFIG,
            Integer.toString(Integer.MAX_VALUE));

    private ProducerProperties() {}

    /**
     * All properties for the producer of one outbox, whose payloads hold up to `maxPayload` bytes.
     *
     * @throws RelayException MISCONFIGURED if the user's properties contradict a fixed one
     */
    static Map<String, String> of(String outbox, KafkaSettings kafka, long maxPayload) {
        Map<String, String> properties = chosen(outbox, kafka, maxPayload);
        FIXED.forEach((key, value) -> {
            String given = properties.put(key, value);
            if (given != null && !given.equals(value)) {
                throw new RelayException(
                        Fault.MISCONFIGURED,
                        "kafka property " + key + " = " + given + " of outbox " + outbox + ", legal: " + value);
            }
        });
        return properties;
    }

    /** Those that are not the user's to choose where rows are sent at least once. */
    static Set<String> fixed() {
        return FIXED.keySet();
    }

    /** The defaults and the user's own, whatever they may be. */
    static Map<String, String> chosen(String outbox, KafkaSettings kafka, long maxPayload) {
        Map<String, String> properties = new TreeMap<>();
        properties.put(ProducerConfig.CLIENT_ID_CONFIG, "outbox-relay-" + outbox);
        // what one look found comes from several streams, and should leave in one request
        properties.put(ProducerConfig.LINGER_MS_CONFIG, "1");
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, Integer.toString(BATCH_BYTES));
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, "60000");
        long requestBytes = Math.max(1 << 20, maxPayload + BESIDE_PAYLOAD);
        properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Long.toString(requestBytes));
        properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, Long.toString(Math.max(BUFFER_BYTES, 2 * requestBytes)));
        properties.put(
                ProducerConfig.COMPRESSION_TYPE_CONFIG,
                kafka.compression().name().toLowerCase(Locale.ROOT));
        properties.putAll(kafka.properties());
        properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrapServers());
        return properties;
    }

    /** Of properties that Kafka's client has accepted. */
    static int batchBytes(Map<String, String> properties) {
        return Integer.parseInt(Objects.requireNonNull(properties.get(ProducerConfig.BATCH_SIZE_CONFIG))
                .strip());
    }

    /** Of properties that Kafka's client has accepted. */
    static long bufferBytes(Map<String, String> properties) {
        return Long.parseLong(Objects.requireNonNull(properties.get(ProducerConfig.BUFFER_MEMORY_CONFIG))
                .strip());
    }

    /** Of properties that Kafka's client has accepted. */
    static int maxRequestBytes(Map<String, String> properties) {
        String bytes = Objects.requireNonNull(properties.get(ProducerConfig.MAX_REQUEST_SIZE_CONFIG));
        return Integer.parseInt(bytes.strip());
    }
}
