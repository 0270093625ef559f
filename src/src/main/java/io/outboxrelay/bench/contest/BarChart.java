package io.outboxrelay.bench.contest;

import java.util.List;
import java.util.stream.Collectors;

/** A workload's chief figure as horizontal bars, one per competitor, in groups of variants: an SVG without any script. */
final class BarChart {
    private static final int LEFT = 330;
    private static final int LONGEST = 420;
    private static final int WIDTH = LEFT + LONGEST + 110;
    private static final int LINE = 20;
    private static final int GAP = 26;
    private static final int TOP = 34;

    private final StringBuilder svg = new StringBuilder();
    private final Figure figure;
    private final double most;
    private int y = TOP;

    private BarChart(Figure figure, List<Outcome> outcomes) {
        this.figure = figure;
        this.most = Math.max(
                Double.MIN_NORMAL,
                outcomes.stream()
                        .mapToDouble(outcome -> outcome.get(figure).orElse(0))
                        .max()
                        .orElse(0));
    }

    static String of(Workload workload, List<Outcome> outcomes) {
        BarChart chart = new BarChart(workload.chief(), outcomes);
        chart.text(
                10,
                20,
                "start",
                "title",
                workload.title() + ": " + workload.chief().title());
        outcomes.stream()
                .collect(Collectors.groupingBy(Outcome::variant, java.util.LinkedHashMap::new, Collectors.toList()))
                .forEach(chart::group);
        return """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d">
                <style>
                  text { font: 13px system-ui, sans-serif; fill: #333 }
                  .title, .variant { font-weight: 600 }
                  .relay { fill: #0b6bcb } .other { fill: #9aa5b1 } .floor { fill: #d9dee3 }
                </style>
                <rect width="100%%" height="100%%" fill="#fff"/>
                %s</svg>
                """.formatted(WIDTH, chart.y + LINE / 2, WIDTH, chart.y + LINE / 2, chart.svg);
    }

    private void group(String variant, List<Outcome> outcomes) {
        y += GAP - LINE;
        text(10, y + LINE / 2 + 4, "start", "variant", variant);
        for (Outcome outcome : outcomes) {
            outcome.get(figure).ifPresent(value -> bar(outcome.competitor(), value));
        }
    }

    private void bar(Competitor competitor, double value) {
        double length = Math.max(1, LONGEST * value / most);
        String kind = competitor.isRelay() ? "relay" : competitor.isFloor() ? "floor" : "other";
        text(LEFT - 8, y + LINE / 2 + 4, "end", "name", competitor.title());
        svg.append("<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>\n"
                .formatted(kind, LEFT, y + 2, length, LINE - 4));
        text((int) (LEFT + length + 6), y + LINE / 2 + 4, "start", "value", ContestReport.number(value));
        y += LINE;
    }

    private void text(int x, int baseline, String anchor, String kind, String words) {
        svg.append("<text class=\"%s\" x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>\n"
                .formatted(kind, x, baseline, anchor, words));
    }
}
