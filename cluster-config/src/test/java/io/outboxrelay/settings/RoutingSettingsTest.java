package io.outboxrelay.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoutingSettingsTest {

    private static List<String> problems(String routing) {
        return Configs.problemsWith("outboxes.orders.routing {\n" + routing + "\n}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"events", "{aggregatetype}.events", "{aggregatetype}", "{headers.topic}", "a-{type}_{id}.b"})
    void aTopicIsATemplate(String topic) {
        assertThat(Configs.orders("routing.topic = \"" + topic + "\"").routing().topic())
                .isEqualTo(topic);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{", "{aggregatetype", "aggregatetype}", "{}", "{payload}", "{headers.}", "a b{type}", "ä"})
    void anythingElseIsNone(String topic) {
        assertThat(problems("topic = \"" + topic + "\""))
                .singleElement()
                .satisfies(problem -> assertThat(problem).contains("orders.routing.topic = " + topic));
    }

    @Test
    void aTemplateIsTakenApart() {
        TopicTemplate template = TopicTemplate.of("a.{type}{headers.t}.b");
        assertThat(template.literals()).containsExactly("a.", "", ".b");
        assertThat(template.fields()).extracting(RowField::toString).containsExactly("type", "headers.t");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                "type ! legal field:header|envelope|partition[:alias]",
                "type:header:a:b ! legal field:header",
                "type:header: ! legal field:header",
                "type:key ! legal field:header",
                "tenant:header ! with field id | aggregatetype",
                "type:envelope:payload ! type:envelope:payload is taken; legal a name of its own",
            })
    void aPlacementOutsideTheGrammarIsNamed(String placement, String legal) {
        assertThat(problems("placement = [\"" + placement + "\"]"))
                .singleElement()
                .satisfies(problem -> assertThat(problem)
                        .contains("routing.placement = ", placement)
                        .contains(legal));
    }

    @Test
    void onePartitionAtMostAndEachMemberOfTheEnvelopeOnce() {
        assertThat(problems(
                        "placement = [\"type:partition\", \"id:partition\", \"id:envelope:a\", \"type:envelope:a\"]"))
                .singleElement()
                .satisfies(problem -> assertThat(problem).contains("has 2 partitions; legal one at most"));
        assertThat(problems("placement = [\"id:envelope:a\", \"type:envelope:a\"]"))
                .singleElement()
                .satisfies(problem -> assertThat(problem).contains("type:envelope:a"));
        assertThat(problems("placement = [\"id:envelope:a\", \"type:header:a\"]"))
                .isEmpty();
    }

    @Test
    void aCloudEventHasNoEnvelope() {
        assertThat(problems("placement = [\"id:envelope\"], cloudevents.mode = binary"))
                .singleElement()
                .satisfies(problem -> assertThat(problem).contains("placement", "legal without envelopes"));
        assertThat(problems("placement = [\"id:header\"], cloudevents.mode = binary"))
                .isEmpty();
    }

    @Test
    void aReplacementRefersToGroupsOfItsRegex() {
        assertThat(problems("topic-regex = \"(a+)\", topic-replacement = \"$2\""))
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem).contains("topic-replacement = $2").contains("(a+)"));
        assertThat(problems("topic-regex = \"(a+\", topic-replacement = \"$1\""))
                .singleElement()
                .satisfies(problem -> assertThat(problem).contains("topic-regex = (a+ ", "legal a regular expression"));
        assertThat(problems("topic-regex = \"(?x)(?<n>a+)\", topic-replacement = \"${n}\""))
                .isEmpty();
    }
}
