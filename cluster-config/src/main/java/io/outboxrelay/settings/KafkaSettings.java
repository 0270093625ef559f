package io.outboxrelay.settings;

import java.util.Map;
import java.util.stream.Stream;

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

    public KafkaSettings {
        properties = Map.copyOf(properties);
        new Rules()
                .required("bootstrap-servers", bootstrapServers, "KAFKA_BOOTSTRAP_SERVERS")
                .that(
                        bootstrapServers.isBlank() || servers(bootstrapServers).allMatch(Hosts::isNode),
                        "bootstrap-servers",
                        bootstrapServers,
                        "legal host:port,host:port with ports from 1 to 65535")
                .orThrow();
    }

    private static Stream<String> servers(String list) {
        return Stream.of(list.split(",", -1)).map(String::strip);
    }

    @Override
    public String toString() {
        return "KafkaSettings[bootstrapServers=" + bootstrapServers + ", compression=" + compression + ", properties="
                + Secret.masked(properties) + "]";
    }
}
