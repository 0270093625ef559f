package io.outboxrelay.publish.lane;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.settings.KafkaSettings;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/** The configuration of the clients behind lanes: the defaults, the user's own, then what exactly-once rests on. */
final class LaneProperties {
    /** A position record may be as large as this, and the position topic takes it. */
    static final int POSITION_BYTES = 8 << 20;

    private static final int BATCH_BYTES = 256 << 10;
    private static final long BESIDE_PAYLOAD = 24 << 10;
    private static final long BUFFER_BYTES = 32 << 20;
    private static final String ADMIN_MILLIS = "10000";

    private static final Map<String, String> FIXED = Map.of(
            ProducerConfig.ACKS_CONFIG,
            "all",
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
            "true",
            ProducerConfig.RETRIES_CONFIG,
            Integer.toString(Integer.MAX_VALUE));

    private LaneProperties() {}

    /**
     * The producer of the lane `id`. A batch must be given up before a commit is, and a commit before Kafka gives up the
     * transaction: otherwise an abort is refused while the outcome is open.
     *
     * @throws RelayException MISCONFIGURED if the user's properties contradict that
     */
    static Map<String, Object> producer(LaneSettings settings, String id) {
        Map<String, String> properties = new TreeMap<>();
        properties.put(ProducerConfig.CLIENT_ID_CONFIG, id);
        properties.put(ProducerConfig.LINGER_MS_CONFIG, "0");
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, Integer.toString(BATCH_BYTES));
        // the first records of a transaction are refused until the one before is marked everywhere: a matter of moments
        properties.put(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, "10");
        properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, "10000");
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, "30000");
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, "40000");
        properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, "60000");
        long requestBytes = Math.max(POSITION_BYTES + BESIDE_PAYLOAD, settings.maxPayload() + BESIDE_PAYLOAD);
        properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Long.toString(requestBytes));
        properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, Long.toString(Math.max(BUFFER_BYTES, 2 * requestBytes)));
        KafkaSettings kafka = settings.kafka();
        properties.put(
                ProducerConfig.COMPRESSION_TYPE_CONFIG,
                kafka.compression().name().toLowerCase(Locale.ROOT));
        properties.putAll(kafka.properties());
        fix(settings, properties, FIXED);
        fix(settings, properties, Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, id));
        checkTimeouts(settings, properties);
        properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrapServers());
        return new HashMap<>(properties);
    }

    private static void fix(LaneSettings settings, Map<String, String> properties, Map<String, String> fixed) {
        fixed.forEach((key, value) -> {
            String given = properties.put(key, value);
            if (given != null && !given.equals(value)) {
                throw misconfigured(settings, key + " = " + given, "legal with exactly-once: " + value);
            }
        });
    }

    private static void checkTimeouts(LaneSettings settings, Map<String, String> properties) {
        long delivery = millis(settings, properties, ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG);
        long block = millis(settings, properties, ProducerConfig.MAX_BLOCK_MS_CONFIG);
        long transaction = millis(settings, properties, ProducerConfig.TRANSACTION_TIMEOUT_CONFIG);
        if (delivery >= block || block >= transaction) {
            throw misconfigured(
                    settings,
                    "delivery.timeout.ms = " + delivery + ", max.block.ms = " + block + ", transaction.timeout.ms = "
                            + transaction,
                    "legal with exactly-once: each smaller than the next");
        }
    }

    private static long millis(LaneSettings settings, Map<String, String> properties, String key) {
        String given = Objects.requireNonNull(properties.get(key)).strip();
        try {
            return Long.parseLong(given);
        } catch (NumberFormatException e) {
            throw misconfigured(settings, key + " = " + given, "legal: milliseconds");
        }
    }

    private static RelayException misconfigured(LaneSettings settings, String given, String legal) {
        return new RelayException(
                Fault.MISCONFIGURED, "kafka property " + given + " of outbox " + settings.outbox() + ", " + legal);
    }

    static Map<String, Object> admin(LaneSettings settings) {
        Map<String, Object> properties = common(settings);
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ADMIN_MILLIS);
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ADMIN_MILLIS);
        return properties;
    }

    /** A reader of committed position records, in no group. */
    static Map<String, Object> consumer(LaneSettings settings) {
        Map<String, Object> properties = common(settings);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, Integer.toString(POSITION_BYTES));
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ADMIN_MILLIS);
        properties.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, ADMIN_MILLIS);
        return properties;
    }

    /**
     * The user's own where they mean the same to all clients. They are the producer's: `interceptor.classes`, say, names what
     * a consumer could not even be made with.
     */
    private static Map<String, Object> common(LaneSettings settings) {
        Map<String, Object> properties = new HashMap<>(settings.kafka().properties());
        properties.keySet().retainAll(AdminClientConfig.configNames());
        properties.put(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, settings.kafka().bootstrapServers());
        return properties;
    }
}
