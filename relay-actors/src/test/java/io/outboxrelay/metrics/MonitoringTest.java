package io.outboxrelay.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The ready-made dashboard and alerts ask for metrics that there are; RelayMetricsTest sees to it that the table is right. */
class MonitoringTest {
    private static final Path DOCS = Path.of("..", "docs");
    private static final Pattern NAME = Pattern.compile("\\b(outbox_relay_[a-z_]+)");
    private static final Pattern PART_OF_HISTOGRAM = Pattern.compile("_(bucket|sum|count)$");
    private static final Set<String> RULE_PARTS = Set.of("alert", "expr", "for", "severity", "summary", "description");

    @Test
    void theDashboardIsJsonAndEveryPanelAsksForWhatThereIs() throws IOException {
        JsonNode dashboard = new ObjectMapper()
                .readTree(DOCS.resolve("monitoring/grafana-dashboard.json").toFile());
        List<JsonNode> targets = dashboard.findValues("targets");
        assertThat(targets).hasSameSizeAs(dashboard.get("panels"));
        List<String> expressions = dashboard.get("panels").findValuesAsText("expr");
        assertThat(expressions).isNotEmpty().allMatch(expression -> !expression.isBlank());
        assertThat(documented()).containsAll(named(expressions.stream()));
    }

    @Test
    void everyAlertIsWholeAndAsksForWhatThereIs() throws IOException {
        String alerts = Files.readString(DOCS.resolve("monitoring/alerts.yml"));
        List<String> rules = Stream.of(alerts.split("(?m)^ {6}- ")).skip(1).toList();
        assertThat(rules).hasSizeGreaterThan(5);
        for (String rule : rules) {
            assertThat(matches(Pattern.compile("(?m)^ *(alert|expr|for|severity|summary|description): \\S"), rule))
                    .as(rule)
                    .containsExactlyInAnyOrderElementsOf(RULE_PARTS);
        }
        assertThat(documented()).containsAll(named(rules.stream()));
    }

    @Test
    void theOperatorsGuideSaysOfEveryAlertWhatToDo() throws IOException {
        List<String> alerts = matches(
                Pattern.compile("(?m)^ +- alert: (\\w+)$"), Files.readString(DOCS.resolve("monitoring/alerts.yml")));
        List<String> explained = matches(
                Pattern.compile("(?m)^\\| `(Outbox\\w+)` \\| \\S.* \\| \\S.* \\|$"),
                Files.readString(DOCS.resolve("operations.md")));
        assertThat(explained).containsExactlyElementsOf(alerts);
    }

    private static Set<String> named(Stream<String> texts) {
        return texts.flatMap(text -> matches(NAME, text).stream())
                .map(name -> PART_OF_HISTOGRAM.matcher(name).replaceFirst(""))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> documented() throws IOException {
        return Set.copyOf(matches(
                Pattern.compile("(?m)^\\| `(outbox_relay_[a-z_]+)` \\|"),
                Files.readString(DOCS.resolve("metrics.md"))));
    }

    private static List<String> matches(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
    }
}
