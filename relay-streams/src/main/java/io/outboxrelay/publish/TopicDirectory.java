package io.outboxrelay.publish;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.settings.KafkaSettings;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;

/**
 * What Kafka says about the topics that rows go to, asked before the first record and again when something failed, so
 * that no send ever waits for a topic that is not there. Thread-safe, never blocks.
 */
final class TopicDirectory implements AutoCloseable {
    private final String kafka;
    private final Admin admin;
    private final Predicate<String> create;
    private final Executor blocking;
    private final Map<String, Topic> known = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<Topic>> asking = new ConcurrentHashMap<>();

    /**
     * One topic.
     *
     * @param problem why nothing can be written to it now; null if it can
     * @param maxBatchBytes the largest batch it takes, as compressed; so also the largest record
     * @param compacted whether each record needs a key
     */
    record Topic(@Nullable RelayException problem, int maxBatchBytes, boolean compacted) {
        private static Topic closed(Fault fault, String reason) {
            return new Topic(new RelayException(fault, reason), Integer.MAX_VALUE, false);
        }
    }

    /**
     * Connects when it is first asked.
     *
     * @param create asks Kafka to create a topic by itself, as a producer's first send does, and tells whether it did;
     *     may block, and runs on `blocking`
     */
    TopicDirectory(KafkaSettings kafka, Predicate<String> create, Executor blocking) {
        this.kafka = "Kafka at " + kafka.bootstrapServers();
        this.admin = Admin.create(KafkaCheck.adminProperties(kafka));
        this.create = create;
        this.blocking = blocking;
    }

    /** Null if it was not asked for, or has to be asked for again. */
    @Nullable
    Topic topic(String name) {
        return known.get(name);
    }

    /** Completes when all of them are known; fails with a RelayException when Kafka cannot be asked. */
    CompletionStage<Done> learn(Collection<String> topics) {
        Set<String> unknown = new HashSet<>(topics);
        unknown.removeAll(known.keySet());
        return all(unknown.stream().map(topic -> ask(topic, true)).toList());
    }

    /** Asks again for these topics; they stay known meanwhile. */
    CompletionStage<Done> askAgain(Collection<String> topics) {
        return all(topics.stream().map(topic -> ask(topic, false)).toList());
    }

    /** What was known is asked for again before the next record. */
    void doubt(String topic) {
        known.remove(topic);
    }

    /** Those that could not be written to when last asked for. */
    Set<String> closed() {
        Set<String> closed = new HashSet<>();
        known.forEach((name, topic) -> {
            if (topic.problem() != null) {
                closed.add(name);
            }
        });
        return closed;
    }

    /** Of the strictest topic that can be written to. */
    int smallestBatchBytes() {
        return known.values().stream()
                .filter(topic -> topic.problem() == null)
                .mapToInt(Topic::maxBatchBytes)
                .min()
                .orElse(Integer.MAX_VALUE);
    }

    private static CompletionStage<Done> all(List<? extends CompletionStage<?>> asked) {
        return CompletableFuture.allOf(
                        asked.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new))
                .thenApply(done -> Done.getInstance());
    }

    /** Many shards ask for the same topic at once when they start. */
    private CompletionStage<Topic> ask(String name, boolean mayCreate) {
        CompletableFuture<Topic> answer = new CompletableFuture<>();
        CompletableFuture<Topic> asked = asking.putIfAbsent(name, answer);
        if (asked != null) {
            return asked;
        }
        look(name, mayCreate).whenComplete((topic, failure) -> {
            asking.remove(name);
            if (failure == null) {
                known.put(name, topic);
                answer.complete(topic);
            } else {
                answer.completeExceptionally(failure);
            }
        });
        return answer;
    }

    private CompletionStage<Topic> look(String name, boolean mayCreate) {
        return describe(name)
                .thenCompose(described -> limits(name))
                .exceptionallyCompose(failure -> explain(name, RelayException.unwrapped(failure), mayCreate));
    }

    private CompletionStage<TopicDescription> describe(String name) {
        DescribeTopicsOptions options = new DescribeTopicsOptions().includeAuthorizedOperations(true);
        return Objects.requireNonNull(admin.describeTopics(List.of(name), options)
                        .topicNameValues()
                        .get(name))
                .toCompletionStage()
                .thenApply(topic -> {
                    Set<AclOperation> allowed = topic.authorizedOperations();
                    if (allowed != null && !allowed.isEmpty() && !allowed.contains(AclOperation.WRITE)) {
                        throw new TopicAuthorizationException(Set.of(name));
                    }
                    return topic;
                });
    }

    /** Where the limits may not be asked for, records are sent and Kafka decides. */
    private CompletionStage<Topic> limits(String name) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
        return Objects.requireNonNull(
                        admin.describeConfigs(List.of(resource)).values().get(resource))
                .toCompletionStage()
                .thenApply(TopicDirectory::open)
                .exceptionallyCompose(failure -> RelayException.unwrapped(failure) instanceof AuthorizationException
                        ? CompletableFuture.completedFuture(new Topic(null, Integer.MAX_VALUE, false))
                        : CompletableFuture.failedFuture(failure));
    }

    private static Topic open(Config config) {
        ConfigEntry bytes = config.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
        ConfigEntry cleanup = config.get(TopicConfig.CLEANUP_POLICY_CONFIG);
        return new Topic(
                null,
                bytes == null ? Integer.MAX_VALUE : Integer.parseInt(bytes.value()),
                cleanup != null && cleanup.value().contains(TopicConfig.CLEANUP_POLICY_COMPACT));
    }

    private CompletionStage<Topic> explain(String name, Throwable failure, boolean mayCreate) {
        if (failure instanceof UnknownTopicOrPartitionException) {
            return mayCreate ? created(name) : CompletableFuture.completedFuture(missing(name));
        }
        if (failure instanceof AuthorizationException) {
            return CompletableFuture.completedFuture(
                    Topic.closed(Fault.MISCONFIGURED, "not authorised to write to topic " + name));
        }
        if (failure instanceof InvalidTopicException) {
            return CompletableFuture.completedFuture(
                    Topic.closed(Fault.POISON, "Kafka allows no topic " + name + ": " + failure.getMessage()));
        }
        return CompletableFuture.failedFuture(KafkaFaults.classify(kafka + ", topic " + name, failure));
    }

    private CompletionStage<Topic> created(String name) {
        return CompletableFuture.supplyAsync(() -> create.test(name), blocking)
                .thenCompose(created -> created ? look(name, false) : CompletableFuture.completedFuture(missing(name)));
    }

    private static Topic missing(String name) {
        return Topic.closed(Fault.MISCONFIGURED, "topic " + name + " does not exist");
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
