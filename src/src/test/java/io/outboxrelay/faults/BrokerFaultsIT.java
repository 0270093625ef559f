package io.outboxrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.demo.Audit;
import io.outboxrelay.sandbox.SandboxKafkaCluster;
import java.util.Collections;
import java.util.List;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.junit.jupiter.api.Test;

/** Brokers die, hang, leave and slow down while the shop writes. */
class BrokerFaultsIT extends FaultScene {
    private static final int BACKLOG = 300;

    @Test
    void theLeaderOfAPartitionDies() {
        int leader = kafka.leader(Audit.TOPIC, 0);
        kafka.kill(leader);
        awaitWritten(BACKLOG);
        await().atMost(LIMIT).ignoreExceptions().until(() -> kafka.leader(Audit.TOPIC, 0) != leader);
        kafka.start(leader);
        kafka.awaitInSync();
    }

    @Test
    void theLeaderOfAPartitionHangsAndGoesOnAfterOthersTookOver() {
        int leader = kafka.leader(Audit.TOPIC, 1);
        kafka.pause(leader);
        await().atMost(LIMIT).ignoreExceptions().until(() -> kafka.leader(Audit.TOPIC, 1) != leader);
        awaitWritten(BACKLOG);
        kafka.resume(leader);
        kafka.awaitInSync();
    }

    @Test
    void tooFewReplicasAreInSyncForAWhile() throws Exception {
        kafka.kill(1);
        kafka.kill(2);
        awaitWritten(BACKLOG);
        assertThat(waiting()).isGreaterThanOrEqualTo(BACKLOG / 2);
        kafka.start(1);
        kafka.start(2);
        kafka.awaitInSync();
    }

    @Test
    void noBrokerIsThereForAWhile() throws Exception {
        for (int n = 1; n <= SandboxKafkaCluster.BROKERS; n++) {
            kafka.kill(n);
        }
        awaitWritten(BACKLOG);
        assertThat(waiting()).isGreaterThanOrEqualTo(BACKLOG / 2);
        for (int n = 1; n <= SandboxKafkaCluster.BROKERS; n++) {
            kafka.start(n);
        }
        kafka.awaitInSync();
    }

    @Test
    void brokersAreRestartedOneAfterTheOther() {
        for (int n = 1; n <= SandboxKafkaCluster.BROKERS; n++) {
            kafka.stop(n);
            kafka.start(n);
            kafka.awaitInSync();
        }
    }

    @Test
    void producersAreThrottled() throws Exception {
        quota(2_000.0);
        await().atMost(LIMIT).until(() -> waiting() >= BACKLOG);
        quota(null);
    }

    /** Bytes per second and broker for every client; null for none. */
    private static void quota(Double bytes) throws Exception {
        get(admin.alterClientQuotas(List.of(new ClientQuotaAlteration(
                        new ClientQuotaEntity(Collections.singletonMap(ClientQuotaEntity.CLIENT_ID, null)),
                        List.of(new ClientQuotaAlteration.Op("producer_byte_rate", bytes)))))
                .all());
    }
}
