package io.outboxrelay.sandbox;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.metadata.storage.Formatter;

/** What makes one Kafka process broker and controller at once, small and quick to start. */
record BrokerSettings(int nodeId, int brokerPort, int controllerPort, Path folder) {
    static final String CONTROLLER_LISTENER = "CONTROLLER";

    Map<String, String> with(Map<String, String> further) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("process.roles", "broker,controller");
        all.put("node.id", Integer.toString(nodeId));
        all.put("controller.quorum.voters", nodeId + "@127.0.0.1:" + controllerPort);
        all.put("controller.listener.names", CONTROLLER_LISTENER);
        all.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT," + CONTROLLER_LISTENER + ":PLAINTEXT");
        all.put("inter.broker.listener.name", "PLAINTEXT");
        all.put(
                "listeners",
                "PLAINTEXT://127.0.0.1:" + brokerPort + "," + CONTROLLER_LISTENER + "://127.0.0.1:" + controllerPort);
        all.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + brokerPort);
        all.put("log.dirs", folder.toString());
        all.put("auto.create.topics.enable", "true");
        all.put("num.partitions", "3");
        all.put("default.replication.factor", "1");
        all.put("min.insync.replicas", "1");
        all.put("offsets.topic.replication.factor", "1");
        all.put("offsets.topic.num.partitions", "4");
        all.put("transaction.state.log.replication.factor", "1");
        all.put("transaction.state.log.min.isr", "1");
        all.put("transaction.state.log.num.partitions", "4");
        all.put("share.coordinator.state.topic.replication.factor", "1");
        all.put("share.coordinator.state.topic.min.isr", "1");
        all.put("group.initial.rebalance.delay.ms", "0");
        // The default of 128 MB is taken from the heap at start.
        all.put("log.cleaner.dedupe.buffer.size", "4194304");
        all.putAll(further);
        return all;
    }

    /** Makes the folder ready for its first start. */
    void format(String clusterId) {
        try (PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            new Formatter()
                    .setClusterId(clusterId)
                    .setNodeId(nodeId)
                    .setDirectories(List.of(folder.toString()))
                    .setMetadataLogDirectory(folder.toString())
                    .setControllerListenerName(CONTROLLER_LISTENER)
                    .setPrintStream(nowhere)
                    .run();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("cannot format the sandbox Kafka folder " + folder, e);
        }
    }
}
