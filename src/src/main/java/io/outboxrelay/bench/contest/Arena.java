package io.outboxrelay.bench.contest;

import io.outboxrelay.bench.BenchServer;
import io.outboxrelay.sandbox.SandboxKafkaProcess;
import io.outboxrelay.sandbox.SandboxPostgres;
import java.sql.SQLException;
import java.util.Map;

/**
 * A PostgreSQL and a Kafka broker of its own for one competitor, with the same settings for everyone; logical decoding is
 * on because one of them needs it. Records carry the broker's time, so that nobody has to read along to know the rate.
 */
final class Arena implements AutoCloseable {
    static final String TOPIC = "outbox.event.order";

    private static final int PARTITIONS = 12;

    private final BenchServer database;
    private final SandboxKafkaProcess kafka;

    private Arena(BenchServer database, SandboxKafkaProcess kafka) {
        this.database = database;
        this.kafka = kafka;
    }

    static Arena start(int shards) throws SQLException {
        BenchServer database = BenchServer.start(shards, Map.of("wal_level", "logical"));
        try {
            SandboxKafkaProcess kafka = SandboxKafkaProcess.start(
                    Map.of("log.message.timestamp.type", "LogAppendTime", "auto.create.topics.enable", "false"));
            Arena arena = new Arena(database, kafka);
            kafka.createTopic(TOPIC, PARTITIONS);
            return arena;
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    BenchServer database() {
        return database;
    }

    SandboxPostgres postgres() {
        return database.postgres();
    }

    String brokers() {
        return kafka.bootstrapServers();
    }

    long brokerPid() {
        return kafka.pid();
    }

    @Override
    public void close() throws SQLException {
        try (database) {
            kafka.close();
        }
    }
}
