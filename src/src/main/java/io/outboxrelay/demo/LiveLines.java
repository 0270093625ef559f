package io.outboxrelay.demo;

import io.outboxrelay.demo.NodeProcess.Life;
import java.util.ArrayList;
import java.util.List;

/** The live view as lines of text; pure. */
final class LiveLines {
    /** Older happenings scroll out, so that the view keeps its height on a small terminal. */
    private static final int HAPPENINGS = 6;

    private final Paint paint;

    LiveLines(Paint paint) {
        this.paint = paint;
    }

    List<String> of(Snapshot now) {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add(" " + paint.bold("outbox-relay demo") + "  " + Figures.clock(now.elapsed()) + "  "
                + paint.dim(now.step()));
        lines.add("");
        addFigures(lines, now);
        lines.add("");
        now.nodes().forEach(node -> lines.add(node(node)));
        lines.add("");
        lines.add(paint.dim(" also on each of these addresses: /console   /ready   /outbox   /cluster/members"));
        if (!now.happenings().isEmpty()) {
            lines.add("");
        }
        List<String> happenings = now.happenings();
        happenings
                .subList(Math.max(0, happenings.size() - HAPPENINGS), happenings.size())
                .forEach(happening -> lines.add(" " + happening));
        lines.add("");
        return lines;
    }

    private void addFigures(List<String> lines, Snapshot now) {
        Checker.Findings found = now.findings();
        lines.add(row("written", now.written().written(), "")
                + row("rolled back", now.written().rolledBack(), ""));
        lines.add(row("committed", now.written().committed(), Figures.perSecond(now.committedPerSecond()))
                + row("waiting", now.waiting(), ""));
        lines.add(row("consumed", found.records(), Figures.perSecond(now.arrivedPerSecond()))
                + row("repeated", found.duplicates(), ""));
        lines.add(String.format(
                " %-10s %11s p50  %10s p99  %s",
                "latency",
                Figures.micros(now.latency().p50Micros()),
                Figures.micros(now.latency().p99Micros()),
                paint.dim("commit to consumer, last "
                        + Figures.count(now.latency().count()) + " events")));
        lines.add(String.format(" %-10s ", "checks")
                + check(found.rolledBackSeen(), "rolled back yet published") + "   "
                + check(found.outOfOrder(), "out of order") + "   "
                + check(found.foreign() + found.malformed(), "not as written"));
    }

    private static String row(String label, long number, String rate) {
        return String.format(" %-10s %11s  %-11s", label, Figures.count(number), rate);
    }

    private String check(long number, String what) {
        String text = Figures.count(number) + " " + what;
        return number == 0 ? paint.good(text) : paint.bad(text);
    }

    private String node(Snapshot.Node node) {
        String shards = node.shards().isEmpty() ? "no shards" : "shards " + ShardRanges.of(node.shards());
        String state = String.format("%-8s", state(node));
        return String.format(" node %d  ", node.number())
                + (node.life() != Life.UP ? paint.bad(state) : node.ready() ? paint.good(state) : paint.busy(state))
                + String.format(" pid %-8d %-16s %-24s ", node.pid(), node.address(), shards)
                + paint.dim(node.shardsUrl().toString());
    }

    private static String state(Snapshot.Node node) {
        return switch (node.life()) {
            case FROZEN -> "frozen";
            case KILLED -> "killed";
            case EXITED -> "exited";
            case UP -> node.ready() ? "up" : "starting";
        };
    }
}
