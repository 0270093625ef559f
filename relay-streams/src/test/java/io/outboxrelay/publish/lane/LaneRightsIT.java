package io.outboxrelay.publish.lane;

import static io.outboxrelay.publish.lane.LaneKit.failure;
import static io.outboxrelay.publish.lane.LaneKit.get;
import static io.outboxrelay.publish.lane.LaneKit.numbers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.publish.KafkaFaultsForLanes;
import io.outboxrelay.settings.KafkaSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.pekko.Done;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LaneRightsIT {
    private static LaneKit kit;

    @BeforeAll
    static void start() throws Exception {
        kit = new LaneKit(Map.of(
                "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "allow.everyone.if.no.acl.found", "true"));
        admin(admin -> admin.createTopics(List.of(
                        new NewTopic("outbox-relay.positions.deleting", 1, (short) 1),
                        new NewTopic("outbox-relay.positions.readonly", 1, (short) 1)
                                .configs(Map.of("cleanup.policy", "compact")),
                        new NewTopic("outbox-relay.positions.transactions", 1, (short) 1)
                                .configs(Map.of("cleanup.policy", "compact")),
                        new NewTopic("outbox-relay.positions.rows", 1, (short) 1)
                                .configs(Map.of("cleanup.policy", "compact")),
                        new NewTopic("outbox-relay.positions.narrow", 1, (short) 1)
                                .configs(Map.of("cleanup.policy", "compact", "max.message.bytes", "2000")),
                        new NewTopic("forbidden", 1, (short) 1)))
                .all()
                .get());
        ResourcePattern cluster = new ResourcePattern(ResourceType.CLUSTER, "kafka-cluster", PatternType.LITERAL);
        admin(admin -> admin.createAcls(List.of(
                        acl(cluster, AclOperation.ALL, AclPermissionType.ALLOW),
                        acl(cluster, AclOperation.CREATE, AclPermissionType.DENY)))
                .all()
                .get());
        deny(ResourceType.TOPIC, "outbox-relay.positions.missing", AclOperation.CREATE, AclOperation.DESCRIBE);
        deny(ResourceType.TOPIC, "outbox-relay.positions.readonly", AclOperation.WRITE, AclOperation.READ);
        deny(ResourceType.TOPIC, "forbidden", AclOperation.WRITE, AclOperation.READ);
        deny(ResourceType.TRANSACTIONAL_ID, "outbox-relay-transactions-", AclOperation.WRITE, AclOperation.DESCRIBE);
    }

    @AfterAll
    static void stop() {
        kit.close();
    }

    private interface Call {
        void with(Admin admin) throws Exception;
    }

    private static void admin(Call call) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kit.kafka.bootstrapServers()))) {
            call.with(admin);
        }
    }

    private static AclBinding acl(ResourcePattern resource, AclOperation operation, AclPermissionType permission) {
        return new AclBinding(resource, new AccessControlEntry("User:ANONYMOUS", "*", operation, permission));
    }

    /** Denies the first operation and allows the others. */
    private static void deny(ResourceType type, String name, AclOperation denied, AclOperation... allowed)
            throws Exception {
        ResourcePattern resource = new ResourcePattern(type, name, PatternType.PREFIXED);
        List<AclBinding> acls = new ArrayList<>();
        acls.add(acl(resource, denied, AclPermissionType.DENY));
        Arrays.stream(allowed).forEach(each -> acls.add(acl(resource, each, AclPermissionType.ALLOW)));
        admin(admin -> admin.createAcls(acls).all().get());
    }

    private RelayException refused(LaneSettings settings) throws Exception {
        long begun = System.nanoTime();
        RelayException refused =
                failure(TransactionLane.open(kit.actors.system(), settings, KafkaFaultsForLanes.CLASSIFIER));
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
        assertThat(refused.fault()).isEqualTo(Fault.MISCONFIGURED);
        return refused;
    }

    private static List<String> diagnosed(String outbox) {
        return LaneDoctor.examine(kit.settings(outbox), KafkaFaultsForLanes.CLASSIFIER).stream()
                .map(finding -> finding.check() + " " + finding.level() + ": " + finding.detail())
                .toList();
    }

    @Test
    void theDoctorFindsWhatIsDeniedAndCreatesNothing() throws Exception {
        assertThat(diagnosed("missing").get(0))
                .startsWith("position topic FAIL: ")
                .contains("does not exist and cannot be created");
        assertThat(diagnosed("deleting").get(0))
                .startsWith("position topic FAIL: ")
                .contains("cleanup.policy");
        assertThat(diagnosed("readonly").get(0))
                .startsWith("position topic FAIL: ")
                .contains("lacks WRITE");
        assertThat(diagnosed("transactions"))
                .first()
                .isEqualTo(
                        "position topic OK: outbox-relay.positions.transactions is compacted, 1 partitions, 1 replicas");
        assertThat(diagnosed("transactions").get(1))
                .startsWith("transactions FAIL: ")
                .contains("TransactionalIdAuthorization");
        assertThat(diagnosed("rows").get(1)).startsWith("transactions OK: ");
        admin(admin -> assertThat(admin.listTransactions().all().get())
                .extracting(TransactionListing::transactionalId)
                .noneMatch(id -> id.endsWith("-doctor")));
        admin(admin -> assertThat(admin.listTopics().names().get()).doesNotContain("outbox-relay.positions.missing"));
    }

    @Test
    void aPositionTopicThatCannotBeCreatedIsOneClearError() throws Exception {
        assertThat(refused(kit.settings("missing")))
                .hasMessageContaining("position topic outbox-relay.positions.missing of outbox missing")
                .hasMessageContaining("does not exist and cannot be created");
    }

    @Test
    void aPositionTopicThatForgetsOrMayNotBeWrittenIsRefused() throws Exception {
        assertThat(refused(kit.settings("deleting"))).hasMessageContaining("cleanup.policy is delete, legal: compact");
        assertThat(refused(kit.settings("readonly"))).hasMessageContaining("lacks WRITE");
    }

    @Test
    void aTransactionalIdThatMayNotBeUsedIsNamed() throws Exception {
        assertThat(refused(kit.settings("transactions"))).hasMessageContaining("outbox-relay-transactions-");
    }

    @Test
    void aTopicThatMayNotBeWrittenBlamesItsSendOnly() throws Exception {
        LaneSettings settings = kit.settings("rows");
        Gate gate = new Gate(LaneHook.Point.CHOSEN);
        TransactionLane lane = kit.open(settings, gate);
        gate.shut();
        CompletionStage<Done> held = lane.send(new ShardId("rows", 0), 1, List.of(), "p");
        gate.awaitReached();
        CompletionStage<Done> forbidden = lane.send(new ShardId("rows", 0), 1, numbers("forbidden", "k", 0, 1), "p");
        CompletionStage<Done> neighbour = lane.send(new ShardId("rows", 1), 1, List.of(), "p");
        gate.open();
        get(held);
        RelayException failure = failure(forbidden);
        assertThat(failure.fault()).isEqualTo(Fault.MISCONFIGURED);
        assertThat(failure).hasMessageContaining("topic forbidden");
        assertThat(failure(neighbour).fault()).isEqualTo(Fault.TRANSIENT);
        get(lane.close());
    }

    @Test
    void positionsTooLongForTheirTopicBlameNoRow() throws Exception {
        LaneSettings settings = kit.settings("narrow", Map.of("compression.type", "none"));
        TransactionLane lane = kit.open(settings);
        RelayException failure = failure(lane.send(new ShardId("narrow", 0), 1, List.of(), "p".repeat(4_000)));
        assertThat(failure.fault()).isEqualTo(Fault.MISCONFIGURED);
        get(lane.close());
    }

    @Test
    void timeoutsInTheWrongOrderAreRefused() {
        LaneSettings settings = kit.settings("timeouts", Map.of("max.block.ms", "70000"));
        assertThatThrownBy(() -> kit.open(settings)).hasMessageContaining("max.block.ms = 70000");
        LaneSettings careless = kit.settings("timeouts", Map.of("acks", "1"));
        assertThatThrownBy(() -> kit.open(careless)).hasMessageContaining("acks = 1");
    }

    @Test
    void kafkaThatIsNotThereIsTransient() throws Exception {
        LaneSettings nowhere = LaneSettings.of(
                "nowhere", new KafkaSettings("127.0.0.1:1", KafkaSettings.Compression.LZ4, Map.of()), 1_000);
        RelayException failure =
                failure(TransactionLane.open(kit.actors.system(), nowhere, KafkaFaultsForLanes.CLASSIFIER));
        assertThat(failure.fault()).isEqualTo(Fault.TRANSIENT);
    }
}
