package io.outboxrelay.publish;

import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.publish.lane.LaneDoctor;
import io.outboxrelay.publish.lane.LaneSettings;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.PublisherSettings.Delivery;
import io.outboxrelay.settings.RoutingSettings;
import io.outboxrelay.settings.RowField;
import io.outboxrelay.settings.TopicTemplate;
import io.outboxrelay.store.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;

/**
 * Examines Kafka as one outbox uses it, with the rights of a node. Changes nothing; blocking, for the command line and
 * tests.
 */
public final class KafkaDoctor {
    private static final int NAMED = 10;

    private final OutboxSettings settings;
    private final TopicRoute route;
    private final Set<String> missing = ConcurrentHashMap.newKeySet();
    private final Set<String> nullKeys = new TreeSet<>();

    private KafkaDoctor(OutboxSettings settings) {
        this.settings = settings;
        this.route = new TopicRoute(settings.routing());
    }

    /** What of rows decides about their topics. */
    public static Set<RowField.Column> columns(RoutingSettings routing) {
        List<RowField> fields = routing.topicRegex().isEmpty()
                ? TopicTemplate.of(routing.topic()).fields()
                : List.of(routing.topicBy());
        return fields.stream().map(RowField::column).collect(Collectors.toSet());
    }

    /**
     * One finding for each check, of a Kafka that answers.
     *
     * @param waiting one row for each of the routes that rows wait for
     * @param all whether rows have no other route
     */
    public static List<Finding> examine(OutboxSettings settings, List<OutboxRow> waiting, boolean all) {
        List<Finding> findings = new ArrayList<>();
        try {
            ProducerProperties.of(
                    settings.name(), settings.kafka(), settings.reader().maxPayload());
            findings.addAll(new KafkaDoctor(settings).topics(waiting, all));
        } catch (RelayException e) {
            findings.add(Finding.fail("kafka settings", String.valueOf(e.getMessage()), "change kafka.properties"));
        }
        if (settings.publisher().delivery() == Delivery.EXACTLY_ONCE) {
            findings.addAll(LaneDoctor.examine(
                    LaneSettings.of(
                            settings.name(), settings.kafka(), settings.reader().maxPayload()),
                    KafkaFaults::classify));
        }
        return findings;
    }

    private List<Finding> topics(List<OutboxRow> waiting, boolean all) {
        Set<String> names = destinations(waiting);
        String letters = settings.publisher().deadLetterTopic();
        Set<String> asked = new TreeSet<>(names);
        if (!letters.isEmpty()) {
            asked.add(letters);
        }
        try (TopicDirectory directory = new TopicDirectory(settings.kafka(), this::remember, Runnable::run)) {
            directory.learn(asked).toCompletableFuture().join();
            boolean creates = !missing.isEmpty() && createsTopics();
            List<Finding> findings = new ArrayList<>(rowTopics(directory, names, all, creates));
            if (!letters.isEmpty()) {
                findings.add(deadLetters(letters, Objects.requireNonNull(directory.topic(letters)), creates));
            }
            return findings;
        } catch (CompletionException e) {
            return List.of(Finding.fail(
                    "topics",
                    String.valueOf(RelayException.of(e).getMessage()),
                    "remove the cause, then examine again"));
        }
    }

    /** Asked to create a topic: it does not, and so it is known which ones are not there. */
    private boolean remember(String name) {
        missing.add(name);
        return false;
    }

    /** Rows that have no topic are put aside, and the doctor of the database counts them. */
    private Set<String> destinations(List<OutboxRow> waiting) {
        Set<String> names = new TreeSet<>();
        if (columns(settings.routing()).isEmpty()) {
            names.add(settings.routing().topic());
        }
        for (OutboxRow row : waiting) {
            try {
                String topic = route.of(new RowView(row));
                names.add(topic);
                if (row.aggregateId() == null && settings.routing().key() == RoutingSettings.Key.AGGREGATEID) {
                    nullKeys.add(topic);
                }
            } catch (RelayException e) {
                // no topic of Kafka's
            }
        }
        return names;
    }

    private List<Finding> rowTopics(TopicDirectory directory, Set<String> names, boolean all, boolean creates) {
        List<Finding> findings = new ArrayList<>();
        List<String> fine = new ArrayList<>();
        for (String name : names) {
            Finding finding = topic(name, Objects.requireNonNull(directory.topic(name)), creates);
            if (finding.level() == Finding.Level.OK) {
                fine.add(name);
            } else {
                findings.add(finding);
            }
        }
        if (!fine.isEmpty() || names.isEmpty()) {
            findings.add(0, Finding.ok("topics", told(fine, all)));
        }
        return findings;
    }

    private static String told(List<String> fine, boolean all) {
        if (fine.isEmpty()) {
            return "no row waits, so no topic was looked at";
        }
        String more = fine.size() > NAMED ? " and " + (fine.size() - NAMED) + " more" : "";
        String first = fine.stream().limit(NAMED).collect(Collectors.joining(", "));
        return "can be written to: " + first + more + (all ? "" : " (not all that rows wait for were looked at)");
    }

    private Finding topic(String name, TopicDirectory.Topic topic, boolean creates) {
        RelayException problem = topic.problem();
        if (problem != null) {
            return closed("topics", name, problem, creates, "events that go there wait until it can be written to");
        }
        long payload = settings.reader().maxPayload();
        if (topic.compacted() && nullKeys.contains(name)) {
            return Finding.warn(
                    "topics",
                    "topic " + name + " is compacted, and events without aggregateid wait for it",
                    "give them a key, or set cleanup.policy = delete; they are put aside otherwise");
        }
        if (topic.maxBatchBytes() < payload) {
            return Finding.warn(
                    "topics",
                    "topic " + name + " takes records of " + topic.maxBatchBytes() + " bytes, and payloads may have "
                            + payload + " (reader.max-payload)",
                    "raise max.message.bytes of the topic, or lower reader.max-payload; larger ones are put aside");
        }
        return Finding.ok("topics", name);
    }

    private Finding deadLetters(String name, TopicDirectory.Topic topic, boolean creates) {
        String check = "dead letter topic";
        RelayException problem = topic.problem();
        if (problem != null) {
            return closed(check, name, problem, creates, "a shard halts at its first event that is put aside");
        }
        if (topic.compacted()) {
            return Finding.warn(
                    check,
                    name + " is compacted: of each aggregate only the last letter stays",
                    "set cleanup.policy = delete");
        }
        long payload = settings.reader().maxPayload();
        return topic.maxBatchBytes() < payload
                ? Finding.warn(
                        check,
                        name + " takes records of " + topic.maxBatchBytes() + " bytes, and payloads may have " + payload
                                + " (reader.max-payload)",
                        "raise its max.message.bytes; letters that are larger go without their payload")
                : Finding.ok(check, name + " can be written to");
    }

    private Finding closed(String check, String name, RelayException problem, boolean creates, String effect) {
        String reason = String.valueOf(problem.getMessage());
        if (!missing.contains(name)) {
            return Finding.fail(check, reason, "grant WRITE and DESCRIBE on it to the relay's Kafka user; " + effect);
        }
        return creates
                ? Finding.warn(
                        check,
                        reason + "; Kafka creates it at the first event, with its defaults",
                        "create it, unless Kafka's defaults for partitions and replicas will do")
                : Finding.fail(check, reason, "create it; " + effect);
    }

    /** Whether brokers create topics by themselves; not, where that may not be asked. */
    private boolean createsTopics() {
        try (Admin admin = Admin.create(KafkaCheck.adminProperties(settings.kafka()))) {
            Node any = admin.describeCluster().nodes().get().iterator().next();
            ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, any.idString());
            Config config = Objects.requireNonNull(
                    admin.describeConfigs(List.of(broker)).all().get().get(broker));
            ConfigEntry creates = config.get("auto.create.topics.enable");
            return creates != null && Boolean.parseBoolean(creates.value());
        } catch (ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
