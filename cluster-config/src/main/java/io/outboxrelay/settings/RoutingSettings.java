package io.outboxrelay.settings;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which record a row becomes.
 *
 * @param topic template of the topic, see {@link TopicTemplate}; of no effect with a `topicRegex`
 * @param topicBy the field that `topicRegex` is matched with
 * @param topicRegex empty, or what the whole field must match for its topic to be `topicReplacement`; otherwise the
 *     field is the topic
 */
public record RoutingSettings(
        String topic,
        RowField topicBy,
        String topicRegex,
        String topicReplacement,
        Key key,
        RecordTime timestamp,
        List<Placement> placement,
        boolean tombstoneOnEmptyPayload,
        JsonSettings json,
        CloudEventSettings cloudEvents) {

    /** The record's key. Any other column would break the promise of order per key. */
    public enum Key {
        AGGREGATEID,
        ID
    }

    /** The record's timestamp. */
    public enum RecordTime {
        CREATED_AT,
        /** The time at which the producer takes the record. */
        SENT
    }

    public RoutingSettings {
        placement = List.copyOf(placement);
        Rules rules = new Rules();
        String template = topic;
        TopicTemplate.problem(topic).ifPresent(problem -> rules.that(false, "topic", template, problem));
        boolean byRegex = !topicRegex.isEmpty();
        rules.versus(
                byRegex != topicReplacement.isEmpty(),
                "topic-replacement",
                "topic-regex",
                topicReplacement,
                "legal topic-regex and topic-replacement together, or neither");
        if (byRegex) {
            checkPattern(rules, topicRegex, topicReplacement);
        }
        List<Placement> placed = placement;
        placementProblem(placement).ifPresent(problem -> rules.that(false, "placement", placed, problem));
        rules.versus(
                        cloudEvents.mode() == CloudEventSettings.Mode.NONE
                                || placed.stream().noneMatch(one -> one.target() == Placement.Target.ENVELOPE),
                        "placement",
                        "cloudevents.mode",
                        placed,
                        "legal without envelopes where records are CloudEvents")
                .orThrow();
    }

    private static void checkPattern(Rules rules, String regex, String replacement) {
        TopicPattern.regexProblem(regex)
                .ifPresentOrElse(
                        problem -> rules.that(false, "topic-regex", regex, problem),
                        () -> TopicPattern.replacementProblem(regex, replacement)
                                .ifPresent(problem -> rules.that(false, "topic-replacement", replacement, problem)));
    }

    /** What is wrong with fields that are legal each by itself, if anything is. */
    static Optional<String> placementProblem(List<Placement> placement) {
        long partitions = placement.stream()
                .filter(placed -> placed.target() == Placement.Target.PARTITION)
                .count();
        if (partitions > 1) {
            return Optional.of("has " + partitions + " partitions; legal one at most");
        }
        Set<String> members = new HashSet<>(Set.of("payload"));
        return placement.stream()
                .filter(placed -> placed.target() == Placement.Target.ENVELOPE && !members.add(placed.alias()))
                .findFirst()
                .map(placed -> placed.field() + ":envelope:" + placed.alias()
                        + " is taken; legal a name of its own for each member of the envelope, other than payload");
    }
}
