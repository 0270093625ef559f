package io.outboxrelay.bench.contest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.outboxrelay.bench.EventShape;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That the competitors which need no download run, bring everything in order, and are reported; never how fast. */
class ContestIT {

    @TempDir
    Path folder;

    private ContestOptions options(Set<Competitor> competitors) {
        return new ContestOptions(
                List.of(20_000),
                List.of(200),
                1,
                1,
                4,
                competitors,
                new DebeziumServer.Unpacked(folder, folder),
                folder);
    }

    private List<Outcome> run(Set<Workload> workloads, Set<Competitor> competitors) throws Exception {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        return new Contest(options(competitors), nowhere).run(workloads);
    }

    private static void assertBrought(Outcome outcome) {
        assertThat(outcome.clean()).isTrue();
        assertThat(outcome.figures())
                .containsEntry(Figure.LOST, 0.0)
                .containsEntry(Figure.REORDERED, 0.0)
                .containsEntry(Figure.STRANGE, 0.0);
        assertThat(outcome.figures().get(Figure.RSS)).isPositive();
    }

    @Test
    void aBacklogIsBroughtAndReported() throws Exception {
        Set<Competitor> all = EnumSet.of(Competitor.RELAY_EXACTLY_ONCE, Competitor.FLOOR_BOTH);
        List<Outcome> outcomes = run(EnumSet.of(Workload.BACKLOG), all);
        assertThat(outcomes).extracting(Outcome::competitor).containsExactlyElementsOf(all);
        assertThat(outcomes).allSatisfy(outcome -> {
            assertThat(outcome.figures().get(Figure.EVENTS_PER_SECOND)).isPositive();
            assertThat(outcome.figures().get(Figure.OWN_CPU)).isPositive();
        });
        outcomes.stream().filter(outcome -> !outcome.competitor().isFloor()).forEach(outcome -> {
            assertBrought(outcome);
            assertThat(outcome.figures()).containsEntry(Figure.DUPLICATES, 0.0);
        });
        assertReported(outcomes);
    }

    private void assertReported(List<Outcome> outcomes) throws Exception {
        String markdown = Files.readString(folder.resolve(ContestReport.MARKDOWN));
        JsonNode json =
                new ObjectMapper().readTree(folder.resolve(ContestReport.JSON).toFile());
        assertThat(json.path("runs")).hasSize(outcomes.size());
        Path plot = folder.resolve("backlog.svg");
        String svg = Files.readString(plot);
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(plot.toFile());
        for (Outcome outcome : outcomes) {
            assertThat(markdown)
                    .contains("| 20,000 rows | " + outcome.competitor().title() + " | ");
            assertThat(svg).contains(outcome.competitor().title());
        }
        assertThat(markdown).contains("Aims");
    }

    @Test
    void liveWorkloadsTellWhenEventsAreThere() throws Exception {
        List<Outcome> outcomes = new ArrayList<>(run(EnumSet.of(Workload.STEADY), EnumSet.of(Competitor.POLLER)));
        outcomes.addAll(run(EnumSet.of(Workload.CRASH, Workload.IDLE), EnumSet.of(Competitor.RELAY)));
        assertThat(outcomes).hasSize(3).allSatisfy(ContestIT::assertBrought);
        for (Outcome outcome : outcomes) {
            Map<Figure, Double> figures = outcome.figures();
            if (outcome.workload() == Workload.IDLE) {
                assertThat(figures.get(Figure.TRANSACTIONS)).isPositive();
            } else {
                assertThat(figures.get(Figure.P50)).isPositive();
                assertThat(figures.get(Figure.P99)).isGreaterThanOrEqualTo(figures.get(Figure.P50));
                assertThat(figures.get(Figure.MAX)).isGreaterThanOrEqualTo(figures.get(Figure.P99));
            }
            if (outcome.workload() == Workload.CRASH) {
                assertThat(figures.get(Figure.BACK)).isPositive();
            } else {
                assertThat(figures).containsEntry(Figure.DUPLICATES, 0.0);
            }
        }
    }

    @Test
    void severalNodesShareABacklogThatAppearsAtOnce() throws Exception {
        Map<Figure, Double> figures = new BacklogRun(
                        options(EnumSet.of(Competitor.RELAY)), 20_000, 4, EventShape.USUAL, 2)
                .measure(Competitor.RELAY);
        assertBrought(new Outcome(Workload.SCALE, "2 nodes", Competitor.RELAY, figures));
    }
}
