package io.outboxrelay.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the block `routing`. */
final class RoutingReader {
    private RoutingReader() {}

    static RoutingSettings read(Section block) {
        Rules rules = new Rules();
        String topicBy = block.text("topic-by");
        Optional<RowField> by = RowField.named(topicBy);
        rules.that(by.isPresent(), "topic-by", topicBy, "legal " + RowField.LEGAL);
        List<Placement> placement = new ArrayList<>();
        for (String text : block.texts("placement")) {
            Placement.parse(text, RowField::named)
                    .ifPresentOrElse(
                            placement::add,
                            () -> rules.that(
                                    false,
                                    "placement",
                                    text,
                                    "legal " + Placement.GRAMMAR + " with field " + RowField.LEGAL));
        }
        Section json = block.sub("json");
        CloudEventSettings cloudEvents = block.sub("cloudevents").build(RoutingReader::cloudEvents);
        RoutingSettings settings = new RoutingSettings(
                block.text("topic"),
                by.orElseGet(() -> RowField.of(RowField.Column.AGGREGATETYPE)),
                block.text("topic-regex"),
                block.text("topic-replacement"),
                block.choice("key", RoutingSettings.Key.class),
                block.choice("timestamp", RoutingSettings.RecordTime.class),
                placement,
                block.flag("tombstone-on-empty-payload"),
                new JsonSettings(json.flag("expand"), json.flag("keep-nulls"), json.flag("keep-empty-arrays")),
                cloudEvents);
        rules.orThrow();
        return settings;
    }

    private static CloudEventSettings cloudEvents(Section block) {
        return new CloudEventSettings(
                block.choice("mode", CloudEventSettings.Mode.class),
                block.text("source"),
                block.text("data-content-type"));
    }
}
