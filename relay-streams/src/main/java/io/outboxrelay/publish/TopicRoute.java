package io.outboxrelay.publish;

import io.outboxrelay.fault.RelayException;
import io.outboxrelay.settings.RoutingSettings;
import io.outboxrelay.settings.RowField;
import io.outboxrelay.settings.TopicTemplate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The topic of a row. A topic that depends on one field is made and checked once per value, not per row. Safe to share
 * between shards.
 */
final class TopicRoute {
    /** Far more than a Kafka cluster has topics for one outbox; they start anew when there are more. */
    static final int MAX_CACHED = 4096;

    private final TopicTemplate template;
    private final List<RowField> fields;
    private final UnaryOperator<String> topicOfOne;
    private final Map<String, String> topics = new ConcurrentHashMap<>();

    TopicRoute(RoutingSettings settings) {
        this.template = TopicTemplate.of(settings.topic());
        if (settings.topicRegex().isEmpty()) {
            this.fields = template.fields();
            this.topicOfOne = value ->
                    template.literals().get(0) + value + template.literals().get(1);
        } else {
            this.fields = List.of(settings.topicBy());
            this.topicOfOne = matching(Pattern.compile(settings.topicRegex()), settings.topicReplacement());
        }
    }

    /** As Kafka Connect's RegexRouter: what does not match as a whole stays as it is. */
    private static UnaryOperator<String> matching(Pattern regex, String replacement) {
        return value -> {
            Matcher matcher = regex.matcher(value);
            return matcher.matches() ? matcher.replaceFirst(replacement) : value;
        };
    }

    /**
     * Names the topic.
     *
     * @throws RelayException POISON if the row has none that Kafka would accept
     */
    String of(RowView row) {
        if (fields.size() == 1) {
            String value = value(row, fields.get(0));
            String known = topics.get(value);
            return known == null ? remembered(row, value) : known;
        }
        return fields.isEmpty() ? template.literals().get(0) : checked(row, filled(row));
    }

    private String remembered(RowView row, String value) {
        String topic = checked(row, topicOfOne.apply(value));
        if (topics.size() >= MAX_CACHED) {
            topics.clear();
        }
        topics.put(value, topic);
        return topic;
    }

    int cached() {
        return topics.size();
    }

    private String filled(RowView row) {
        StringBuilder topic = new StringBuilder(template.literals().get(0));
        for (int i = 0; i < fields.size(); i++) {
            topic.append(value(row, fields.get(i))).append(template.literals().get(i + 1));
        }
        return topic.toString();
    }

    private static String value(RowView row, RowField field) {
        String value = row.text(field);
        if (value == null) {
            throw Unpublishable.because(row.row(), "its topic needs " + field + ", which is null");
        }
        return value;
    }

    private static String checked(RowView row, String topic) {
        if (!TopicTemplate.isTopic(topic)) {
            throw Unpublishable.because(row.row(), "topic " + topic + ", legal: " + TopicTemplate.LEGAL_TOPIC);
        }
        return topic;
    }
}
