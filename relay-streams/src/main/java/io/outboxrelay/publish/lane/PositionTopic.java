package io.outboxrelay.publish.lane;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The compacted topic of position records: created if missing, examined before a lane uses it. All calls block. */
final class PositionTopic {
    private static final Logger log = LoggerFactory.getLogger(PositionTopic.class);
    private static final int LOOKS = 100;

    private final LaneSettings settings;
    private final LaneFaults faults;
    private final Admin admin;

    PositionTopic(LaneSettings settings, LaneFaults faults, Admin admin) {
        this.settings = settings;
        this.faults = faults;
        this.admin = admin;
    }

    /** Which partition holds the records of a lane, as long as the number of partitions stays. */
    static int partition(String laneId, int partitions) {
        return Math.floorMod(laneId.hashCode(), partitions);
    }

    /**
     * The number of partitions, once the topic is there and fit for use.
     *
     * @throws RelayException MISCONFIGURED if it cannot be created, used, or trusted to keep records
     */
    int prepare() {
        try {
            TopicDescription topic = described();
            if (topic == null) {
                create(false);
                topic = awaited();
            }
            checkRights(topic);
            checkCleanup();
            return topic.partitions().size();
        } catch (ExecutionException e) {
            throw faults.ofPositions(what("cannot be used"), e);
        }
    }

    /**
     * What there is.
     *
     * @param cleanupKnown whether it could be seen that it is compacted
     */
    record Found(int partitions, int replicas, int brokers, boolean cleanupKnown) {}

    /**
     * Looks at the topic without creating it; null if it is missing and could be created.
     *
     * @throws RelayException MISCONFIGURED as {@link #prepare} does
     */
    @Nullable
    Found examine() throws ExecutionException {
        TopicDescription topic = described();
        if (topic == null) {
            create(true);
            return null;
        }
        checkRights(topic);
        int replicas = topic.partitions().stream()
                .mapToInt(partition -> partition.replicas().size())
                .min()
                .orElse(0);
        int brokers = get(admin.describeCluster().nodes()).size();
        return new Found(topic.partitions().size(), replicas, brokers, checkCleanup());
    }

    private String what(String problem) {
        return "position topic " + settings.positionTopic() + " of outbox " + settings.outbox() + " " + problem;
    }

    private RelayException misconfigured(String problem) {
        return new RelayException(Fault.MISCONFIGURED, what(problem));
    }

    private @Nullable TopicDescription described() throws ExecutionException {
        try {
            return get(admin.describeTopics(
                                    List.of(settings.positionTopic()),
                                    new DescribeTopicsOptions().includeAuthorizedOperations(true))
                            .allTopicNames())
                    .get(settings.positionTopic());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return null;
            }
            throw e;
        }
    }

    /** @param onlyAsk whether to create nothing and only see whether that were possible */
    private void create(boolean onlyAsk) throws ExecutionException {
        NewTopic topic = new NewTopic(
                        settings.positionTopic(), Optional.of(settings.positionPartitions()), Optional.empty())
                .configs(Map.of(
                        TopicConfig.CLEANUP_POLICY_CONFIG,
                        TopicConfig.CLEANUP_POLICY_COMPACT,
                        TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                        Integer.toString(LaneProperties.POSITION_BYTES),
                        // the segment being written is never compacted: with Kafka's 1 GiB it grows long
                        TopicConfig.SEGMENT_BYTES_CONFIG,
                        Integer.toString(64 << 20)));
        try {
            get(admin.createTopics(List.of(topic), new CreateTopicsOptions().validateOnly(onlyAsk))
                    .all());
            if (!onlyAsk) {
                log.atInfo().addKeyValue("topic", settings.positionTopic()).log("position topic created");
            }
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof TopicExistsException) {
                return;
            }
            if (cause instanceof AuthorizationException
                    || cause instanceof PolicyViolationException
                    || cause instanceof InvalidReplicationFactorException) {
                throw new RelayException(
                        Fault.MISCONFIGURED,
                        what("does not exist and cannot be created: " + cause.getMessage()
                                + "; create it with cleanup.policy = compact, or allow the relay to"),
                        cause);
            }
            throw e;
        }
    }

    /** Brokers learn of a new topic one after the other. */
    private TopicDescription awaited() throws ExecutionException {
        for (int look = 0; look < LOOKS; look++) {
            TopicDescription topic = described();
            if (topic != null && topic.partitions().stream().allMatch(p -> p.leader() != null)) {
                return topic;
            }
            CompletableFuture.runAsync(() -> {}, CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS))
                    .join();
        }
        throw new RelayException(Fault.TRANSIENT, what("was created, but has no leaders yet"));
    }

    private void checkRights(TopicDescription topic) {
        Set<AclOperation> rights = topic.authorizedOperations();
        if (rights == null) {
            return;
        }
        for (AclOperation needed : List.of(AclOperation.WRITE, AclOperation.READ)) {
            if (!rights.contains(needed) && !rights.contains(AclOperation.ALL)) {
                throw misconfigured("may not be used: the relay's Kafka user lacks " + needed + " on it");
            }
        }
    }

    /** Whether it could be seen. */
    private boolean checkCleanup() throws ExecutionException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, settings.positionTopic());
        Config config;
        try {
            config = Objects.requireNonNull(
                    get(admin.describeConfigs(List.of(resource)).all()).get(resource));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AuthorizationException) {
                log.atWarn()
                        .addKeyValue("topic", settings.positionTopic())
                        .log("cannot check that cleanup.policy is compact: DESCRIBE_CONFIGS is not granted");
                return false;
            }
            throw e;
        }
        ConfigEntry policy = config.get(TopicConfig.CLEANUP_POLICY_CONFIG);
        if (policy != null && !TopicConfig.CLEANUP_POLICY_COMPACT.equals(policy.value())) {
            throw misconfigured("loses positions: its cleanup.policy is " + policy.value() + ", legal: compact");
        }
        return policy != null;
    }

    static <T> T get(KafkaFuture<T> future) throws ExecutionException {
        try {
            return future.get();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
