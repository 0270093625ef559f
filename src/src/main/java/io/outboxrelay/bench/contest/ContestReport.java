package io.outboxrelay.bench.contest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.outboxrelay.bench.Ratio;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** `report.md`, `report.json` and a plot of each workload, in one folder; written anew after every outcome. */
final class ContestReport {
    static final String MARKDOWN = "report.md";
    static final String JSON = "report.json";

    private final Path folder;

    ContestReport(Path folder) {
        this.folder = folder;
    }

    void write(List<Outcome> outcomes, List<Ratio> goals) throws IOException {
        StringBuilder markdown = new StringBuilder("# Benchmark\n\n" + machine() + "\n");
        for (Workload workload : Workload.values()) {
            List<Outcome> its = outcomes.stream()
                    .filter(outcome -> outcome.workload() == workload)
                    .toList();
            if (!its.isEmpty()) {
                section(markdown, workload, its);
                Files.writeString(folder.resolve(plot(workload)), BarChart.of(workload, its));
            }
        }
        markdown.append("\n## Aims\n\n| | is | aim | |\n|---|---|---|---|\n");
        for (Ratio goal : goals) {
            markdown.append("| %s | %s | %s %s | %s |\n"
                    .formatted(
                            goal.name(),
                            number(goal.value()),
                            goal.atLeast() ? "at least" : "at most",
                            number(goal.goal()),
                            goal.met() ? "met" : "**missed**"));
        }
        Files.writeString(folder.resolve(MARKDOWN), markdown);
        Files.writeString(folder.resolve(JSON), json(outcomes, goals));
    }

    private static String machine() {
        return Runtime.getRuntime().availableProcessors() + " cores, Java " + Runtime.version() + ", "
                + System.getProperty("os.name") + " " + System.getProperty("os.version")
                + ". Servers do not flush to disk.";
    }

    private static String plot(Workload workload) {
        return workload.title() + ".svg";
    }

    private static void section(StringBuilder markdown, Workload workload, List<Outcome> outcomes) {
        List<Figure> figures = Stream.of(Figure.values())
                .filter(figure -> outcomes.stream()
                        .anyMatch(outcome -> outcome.get(figure).isPresent()))
                .toList();
        markdown.append("\n## ").append(workload.title()).append("\n\n");
        markdown.append(sentence(workload.description())).append(".\n\n");
        markdown.append("![%s](%s)\n\n".formatted(workload.title(), plot(workload)));
        markdown.append("| | |");
        figures.forEach(figure -> markdown.append(' ').append(figure.title()).append(" |"));
        markdown.append("\n|---|---|").append("---|".repeat(figures.size())).append('\n');
        for (Outcome outcome : outcomes) {
            markdown.append("| %s | %s |"
                    .formatted(outcome.variant(), outcome.competitor().title()));
            figures.forEach(figure -> markdown.append(" ")
                    .append(
                            outcome.get(figure).isPresent()
                                    ? number(outcome.get(figure).getAsDouble())
                                    : "")
                    .append(" |"));
            markdown.append('\n');
        }
    }

    private static String sentence(String words) {
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    /** Whole above 100, else so that three digits tell something. */
    static String number(double value) {
        double size = Math.abs(value);
        String format = value == Math.rint(value) || size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f";
        return format.formatted(value);
    }

    /** For the terminal. */
    static String line(Outcome outcome) {
        return "%-22s %-34s ".formatted(outcome.variant(), outcome.competitor().title())
                + outcome.figures().entrySet().stream()
                        .map(figure -> figure.getKey().title() + " " + number(figure.getValue()))
                        .collect(Collectors.joining(", "));
    }

    private static String json(List<Outcome> outcomes, List<Ratio> goals) throws IOException {
        List<Object> runs = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            Map<String, Object> run = new LinkedHashMap<>();
            run.put("workload", outcome.workload().title());
            run.put("variant", outcome.variant());
            run.put("competitor", outcome.competitor().name().toLowerCase(Locale.ROOT));
            outcome.figures().forEach((figure, value) -> run.put(figure.key(), value));
            runs.add(run);
        }
        List<Object> aims = new ArrayList<>();
        for (Ratio goal : goals) {
            Map<String, Object> aim = new LinkedHashMap<>();
            aim.put("name", goal.name());
            aim.put("value", goal.value());
            aim.put(goal.atLeast() ? "atLeast" : "atMost", goal.goal());
            aim.put("met", goal.met());
            aims.add(aim);
        }
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("machine", machine());
        report.put("runs", runs);
        report.put("aims", aims);
        return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(report);
    }
}
