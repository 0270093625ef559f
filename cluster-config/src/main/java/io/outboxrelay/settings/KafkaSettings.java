package io.outboxrelay.settings;

import java.util.Map;

/** One Kafka cluster; `properties` reach the producer untouched. */
public record KafkaSettings(String bootstrapServers, Compression compression, Map<String, String> properties) {

    /** Kafka compression codecs by their producer names. */
    public enum Compression {
        NONE,
        GZIP,
        SNAPPY,
        LZ4,
        ZSTD
    }
}
