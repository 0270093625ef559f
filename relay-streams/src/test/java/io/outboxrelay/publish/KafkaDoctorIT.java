package io.outboxrelay.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.settings.KafkaSettings;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.PublisherSettings;
import io.outboxrelay.settings.PublisherSettings.Delivery;
import io.outboxrelay.settings.PublisherSettings.OnPoison;
import io.outboxrelay.settings.RoutingSettings;
import io.outboxrelay.settings.RowField;
import io.outboxrelay.settings.RowField.Column;
import io.outboxrelay.store.Finding;
import io.outboxrelay.store.Finding.Level;
import io.outboxrelay.testkit.TestSettings;
import io.outboxrelay.testkit.Waits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;

/** What the doctor says to a broker that creates no topic by itself. */
class KafkaDoctorIT extends BrokerScene {

    private static PublisherSettings publisher(Delivery delivery, String deadLetters) {
        return new PublisherSettings(
                delivery, 800, OnPoison.PARK_AND_BLOCK_KEY, deadLetters, 100, Duration.ofMillis(200), "");
    }

    private static OutboxSettings outbox(Delivery delivery, String deadLetters) {
        return TestSettings.publishing(
                publisher(delivery, deadLetters),
                TestSettings.outbox(TestSettings.NO_DATABASE, kafka.bootstrapServers(), 1));
    }

    private List<Finding> examine(String deadLetters, OutboxRow... waiting) {
        return KafkaDoctor.examine(outbox(Delivery.AT_LEAST_ONCE, deadLetters), List.of(waiting), true);
    }

    private static void assertFound(Finding finding, String check, Level level, String... words) {
        assertThat(finding.check()).isEqualTo(check);
        assertThat(finding.level()).as(finding.toString()).isEqualTo(level);
        assertThat(finding.detail()).contains(words);
        assertThat(finding.advice().isEmpty()).isEqualTo(level == Level.OK);
    }

    private static void deny(String topic) {
        AclBinding describing = new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
                new AccessControlEntry("User:ANONYMOUS", "*", AclOperation.DESCRIBE, AclPermissionType.ALLOW));
        Waits.get(admin.createAcls(List.of(describing)).all().toCompletionStage(), LIMIT);
        await().atMost(LIMIT).until(() -> !rights(topic).contains(AclOperation.WRITE));
    }

    private static Set<AclOperation> rights(String topic) {
        return Waits.get(
                        admin.describeTopics(
                                        List.of(topic), new DescribeTopicsOptions().includeAuthorizedOperations(true))
                                .allTopicNames()
                                .toCompletionStage(),
                        LIMIT)
                .get(topic)
                .authorizedOperations();
    }

    @Test
    void topicsThatCanBeWrittenToAreOneLine() {
        createTopic(Map.of());
        List<Finding> findings = examine("", row("k", "1", 0), row("k", "2", 0));
        assertThat(findings).hasSize(1);
        assertFound(findings.get(0), "topics", Level.OK, "can be written to: " + topic());
    }

    @Test
    void nothingIsKnownOfTopicsWhereNothingWaits() {
        assertFound(examine("").get(0), "topics", Level.OK, "no row waits");
    }

    @Test
    void aMissingTopicIsNamedAndNotCreated() {
        assertFound(examine("", row("k", "1", 0)).get(0), "topics", Level.FAIL, "topic " + topic() + " does not exist");
        assertThat(Waits.get(admin.listTopics().names().toCompletionStage(), LIMIT))
                .doesNotContain(topic());
    }

    @Test
    void aDeniedTopicIsNamedBesideOneThatIsFine() {
        createTopic(Map.of());
        String denied = "outbox.event.Denied" + type;
        createTopic(denied, Map.of());
        deny(denied);
        List<Finding> findings = examine("", row("k", "1", 0), row("Denied" + type, "k", "2", new byte[0]));
        assertFound(findings.get(0), "topics", Level.OK, topic());
        assertFound(findings.get(1), "topics", Level.FAIL, "not authorised to write to topic " + denied);
        assertThat(findings.get(1).advice()).contains("grant WRITE and DESCRIBE");
    }

    @Test
    void aTopicThatIsTooSmallOrWantsAKeyIsAWarning() {
        createTopic(Map.of("max.message.bytes", "2000"));
        assertFound(
                examine("", row("k", "1", 0)).get(0), "topics", Level.WARN, "2000 bytes", "payloads may have 1024000");
        String compacted = "outbox.event.Compacted" + type;
        createTopic(compacted, Map.of("cleanup.policy", "compact"));
        assertFound(
                examine("", row("Compacted" + type, null, "1", new byte[0])).get(0),
                "topics",
                Level.WARN,
                "is compacted, and events without aggregateid wait");
        assertFound(examine("", row("Compacted" + type, "k", "1", new byte[0])).get(0), "topics", Level.OK, compacted);
    }

    @Test
    void theDeadLetterTopicIsLookedAtToo() {
        assertFound(
                examine("Letters" + type).get(1),
                "dead letter topic",
                Level.FAIL,
                "topic Letters" + type + " does not exist");
        createTopic("Letters" + type, Map.of("max.message.bytes", "2000"));
        assertFound(examine("Letters" + type).get(1), "dead letter topic", Level.WARN, "2000 bytes");
        createTopic("Compact" + type, Map.of("cleanup.policy", "compact"));
        assertFound(examine("Compact" + type).get(1), "dead letter topic", Level.WARN, "compacted");
        createTopic("Good" + type, Map.of());
        assertFound(examine("Good" + type).get(1), "dead letter topic", Level.OK, "Good" + type);
    }

    @Test
    void exactlyOnceNeedsItsPositionTopicAndTransactions() {
        List<Finding> findings = KafkaDoctor.examine(outbox(Delivery.EXACTLY_ONCE, ""), List.of(), true);
        assertThat(findings).hasSize(3);
        assertFound(findings.get(1), "position topic", Level.OK, "outbox-relay.positions.orders does not exist");
        assertFound(findings.get(2), "transactions", Level.OK, "outbox-relay-orders- may be used");
        assertThat(Waits.get(admin.listTransactions().all().toCompletionStage(), LIMIT))
                .isEmpty();
    }

    @Test
    void fieldsThatDecideTheTopicAreThoseOfTemplateOrRegex() {
        assertThat(KafkaDoctor.columns(TestSettings.ROUTING)).containsExactly(Column.AGGREGATETYPE);
        RoutingSettings byRegex = new RoutingSettings(
                "any",
                RowField.of(Column.TYPE),
                "(.*)",
                "$1.events",
                RoutingSettings.Key.ID,
                RoutingSettings.RecordTime.SENT,
                List.of(),
                false,
                TestSettings.ROUTING.json(),
                TestSettings.ROUTING.cloudEvents());
        assertThat(KafkaDoctor.columns(byRegex)).containsExactly(Column.TYPE);
    }

    @Test
    void settingsThatContradictThePromisesAreNamed() {
        OutboxSettings careless = TestSettings.kafka(
                new KafkaSettings(kafka.bootstrapServers(), KafkaSettings.Compression.LZ4, Map.of("acks", "1")),
                outbox(Delivery.AT_LEAST_ONCE, ""));
        assertFound(KafkaDoctor.examine(careless, List.of(), true).get(0), "kafka settings", Level.FAIL, "acks = 1");
    }
}
