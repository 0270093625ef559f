package io.outboxrelay.publish;

import io.outboxrelay.settings.KafkaSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.pekko.Done;

/** Asks a Kafka cluster whether it is there, with the producer's own security settings. */
public final class KafkaCheck {
    private static final String WITHIN_MILLIS = "10000";

    private KafkaCheck() {}

    /** Fails with a RelayException that names the servers when they do not answer within ten seconds. */
    public static CompletionStage<Done> reach(KafkaSettings kafka) {
        String what = "Kafka at " + kafka.bootstrapServers();
        Admin admin;
        try {
            admin = Admin.create(adminProperties(kafka));
        } catch (KafkaException e) {
            throw KafkaFaults.classify(what, e);
        }
        return admin.describeCluster()
                .clusterId()
                .toCompletionStage()
                .thenApply(id -> Done.getInstance())
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(KafkaFaults.classify(what, failure)))
                .whenComplete((done, failure) -> admin.close(Duration.ZERO));
    }

    /** As {@link #reach(KafkaSettings)}; on `blocking`, since the client resolves the servers' names first. */
    static CompletionStage<Done> reach(KafkaSettings kafka, Executor blocking) {
        return CompletableFuture.supplyAsync(() -> reach(kafka), blocking).thenCompose(reached -> reached);
    }

    /** The producer's own where they concern an admin client, which gives up within ten seconds. */
    static Map<String, Object> adminProperties(KafkaSettings kafka) {
        Map<String, Object> properties = new HashMap<>(kafka.properties());
        properties.keySet().retainAll(AdminClientConfig.configNames());
        properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrapServers());
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, WITHIN_MILLIS);
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, WITHIN_MILLIS);
        return properties;
    }
}
