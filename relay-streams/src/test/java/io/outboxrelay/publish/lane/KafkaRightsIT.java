package io.outboxrelay.publish.lane;

import static io.outboxrelay.publish.lane.LaneKit.failure;
import static io.outboxrelay.publish.lane.LaneKit.get;
import static io.outboxrelay.publish.lane.LaneKit.numbers;
import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.Position;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.model.SlotRange;
import io.outboxrelay.publish.Delivery;
import io.outboxrelay.publish.Gate;
import io.outboxrelay.publish.KafkaPublisher;
import io.outboxrelay.settings.PublisherSettings;
import io.outboxrelay.store.Parked;
import io.outboxrelay.store.Refusal;
import io.outboxrelay.testkit.TestSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** With the rights that docs/roles.md lists, and no others, both ways of delivery work. */
class KafkaRightsIT {
    private static final Pattern ROW = Pattern.compile(
            "^\\| (topic|transactional id) \\| `([^`]+)`( and what begins with it)? \\| ([A-Za-z, ]+) \\|",
            Pattern.MULTILINE);
    private static LaneKit kit;

    /** Whoever has any right on a resource has no others there. */
    @BeforeAll
    static void start() throws Exception {
        kit = new LaneKit(Map.of(
                "auto.create.topics.enable", "false",
                "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "allow.everyone.if.no.acl.found", "true"));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kit.kafka.bootstrapServers()))) {
            admin.createTopics(List.of(
                            new NewTopic("outbox.event.order", 1, (short) 1),
                            new NewTopic("orders.dead", 1, (short) 1)))
                    .all()
                    .get();
            List<AclBinding> documented = ROW.matcher(Files.readString(Path.of("..", "docs", "roles.md")))
                    .results()
                    .flatMap(row -> List.of(row.group(4).split(", ")).stream().map(right -> acl(row, right)))
                    .toList();
            assertThat(documented).hasSizeGreaterThan(8);
            admin.createAcls(documented).all().get();
            // brokers among each other; it also takes every other right on the cluster away
            admin.createAcls(List.of(acl(
                            new ResourcePattern(ResourceType.CLUSTER, "kafka-cluster", PatternType.LITERAL),
                            AclOperation.CLUSTER_ACTION)))
                    .all()
                    .get();
        }
    }

    @AfterAll
    static void stop() {
        kit.close();
    }

    private static AclBinding acl(MatchResult row, String right) {
        return acl(
                new ResourcePattern(
                        row.group(1).equals("topic") ? ResourceType.TOPIC : ResourceType.TRANSACTIONAL_ID,
                        row.group(2),
                        row.group(3) == null ? PatternType.LITERAL : PatternType.PREFIXED),
                AclOperation.fromString(right.replaceAll("(?<=[a-z])(?=[A-Z])", "_")));
    }

    private static AclBinding acl(ResourcePattern resource, AclOperation operation) {
        return new AclBinding(
                resource, new AccessControlEntry("User:ANONYMOUS", "*", operation, AclPermissionType.ALLOW));
    }

    @Test
    void atLeastOnceWithADeadLetterTopic() throws Exception {
        PublisherSettings settings = new PublisherSettings(
                PublisherSettings.Delivery.AT_LEAST_ONCE,
                800,
                PublisherSettings.OnPoison.PARK_AND_CONTINUE,
                "orders.dead",
                100,
                Duration.ofMillis(200),
                "outbox-delivery");
        KafkaPublisher publisher = KafkaPublisher.open(
                kit.actors.system(),
                TestSettings.publishing(
                        settings, TestSettings.outbox(TestSettings.NO_DATABASE, kit.kafka.bootstrapServers(), 1)));
        ShardId shard = new ShardId("orders", 0);
        Gate gate = Gate.to(settings);
        gate.open(
                new Claim(shard, 1, new SlotRange(0, 1023), new Position() {}),
                Parked.NONE,
                refusals -> CompletableFuture.completedFuture(Done.getInstance()));
        List<OutboxRow> rows = List.of(row(1, "order", 10), row(2, "order", 2_000_000), row(3, "elsewhere", 10));
        Delivery delivery = get(Source.single(new Chunk(shard, rows, new Position() {}))
                .via(publisher.flow(gate))
                .runWith(Sink.head(), kit.actors.system()));
        assertThat(delivery.refusals())
                .extracting(Refusal::kind)
                .containsExactly(Refusal.Kind.PASSED, Refusal.Kind.HELD);
        assertThat(delivery.refusals().get(1).reason()).contains("outbox.event.elsewhere");
        get(publisher.close());
    }

    @Test
    void exactlyOnceWithATakeOver() throws Exception {
        LaneSettings settings = kit.settings("orders");
        ShardId shard = new ShardId("orders", 0);
        TransactionLane lane = kit.open(settings);
        get(lane.send(shard, 1, numbers("outbox.event.order", "k", 0, 10), "p1"));
        assertThat(kit.fence(settings, lane.id()).orElseThrow()).containsEntry(shard, new Carried(1, "p1"));
        assertThat(failure(lane.send(shard, 1, numbers("outbox.event.order", "k", 10, 20), "p2"))
                        .fault())
                .isEqualTo(Fault.FENCED);
        get(lane.close());
        TransactionLane next = kit.open(settings);
        get(next.send(shard, 2, numbers("outbox.event.order", "k", 10, 20), "p2"));
        assertThat(get(next.lastCommitted(shard, 2))).contains(new Carried(2, "p2"));
        get(next.close());
    }

    private static OutboxRow row(long seq, String type, int bytes) {
        return new OutboxRow(seq, "e" + seq, type, "k" + seq, "Changed", new byte[bytes], null, Instant.EPOCH);
    }
}
