package io.outboxrelay.cli;

import io.outboxrelay.demo.Figures;
import io.outboxrelay.demo.Paint;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A cluster's status as lines of text for people; pure. */
final class StatusLines {
    private final Paint paint;
    private final int mostTrouble;

    /** @param mostTrouble shards to name; of the rest only how many there are */
    StatusLines(Paint paint, int mostTrouble) {
        this.paint = paint;
        this.mostTrouble = mostTrouble;
    }

    List<String> of(ClusterStatus status) {
        List<String> lines = new ArrayList<>();
        lines.add(verdict(status));
        lines.add("");
        addTable(lines, nodes(status));
        lines.add("");
        addTable(lines, outboxes(status));
        if (!status.trouble().isEmpty()) {
            lines.add("");
            addTrouble(lines, status.trouble());
        }
        return lines;
    }

    /** All of it on one line, for where nothing can be redrawn. */
    static String oneLine(ClusterStatus status) {
        StringBuilder line =
                new StringBuilder(summary(status) + "; nodes " + status.nodes().size());
        for (ClusterStatus.Outbox outbox : status.outboxes()) {
            line.append("; ")
                    .append(outbox.name())
                    .append(": ")
                    .append(waiting(outbox))
                    .append(" waiting, oldest ");
            line.append(seconds(outbox.oldestWaitingSeconds())).append(", ");
            line.append(Figures.perSecond(outbox.ratePerSecond())).append(", parked ");
            line.append(known(outbox.parkedRows()));
        }
        status.trouble().stream()
                .findFirst()
                .ifPresent(worst -> line.append("; worst: ")
                        .append(worst.kind())
                        .append(' ')
                        .append(worst.name())
                        .append(": ")
                        .append(worst.why()));
        return line.toString();
    }

    private String verdict(ClusterStatus status) {
        return status.well() ? paint.good(summary(status)) : paint.bad(summary(status));
    }

    private static String summary(ClusterStatus status) {
        long stuck = status.trouble().stream().filter(Trouble::stuck).count();
        return stuck == 0 ? "nothing is stuck" : stuck == 1 ? "1 is stuck" : stuck + " are stuck";
    }

    private void addTable(List<String> lines, Table table) {
        List<String> rows = table.lines();
        lines.add(paint.dim(rows.get(0)));
        lines.addAll(rows.subList(1, rows.size()));
    }

    private static Table nodes(ClusterStatus status) {
        Table table = new Table("llr", "NODE", "STATE", "SHARDS");
        status.nodes()
                .forEach(node -> table.row(
                        node.node(),
                        node.reachable() ? node.status().toLowerCase(Locale.ROOT) : "unreachable",
                        Integer.toString(node.shards())));
        return table;
    }

    private static Table outboxes(ClusterStatus status) {
        Table table = new Table("lrrrrr", "OUTBOX", "SHARDS", "WAITING", "OLDEST", "RATE", "PARKED");
        status.outboxes()
                .forEach(outbox -> table.row(
                        outbox.name(),
                        shards(outbox),
                        waiting(outbox),
                        seconds(outbox.oldestWaitingSeconds()),
                        Figures.perSecond(outbox.ratePerSecond()),
                        known(outbox.parkedRows())));
        return table;
    }

    private static String shards(ClusterStatus.Outbox outbox) {
        String now = outbox.shards() == null ? "?" : Integer.toString(outbox.shards());
        return outbox.reshardingTo() == null ? now : now + " -> " + outbox.reshardingTo();
    }

    private void addTrouble(List<String> lines, List<Trouble> trouble) {
        Table table = new Table("lllrrl", "WHAT", "SHARD", "NODE", "WAITING", "OLDEST", "WHY");
        List<Trouble> shown = trouble.subList(0, Math.min(mostTrouble, trouble.size()));
        shown.forEach(one -> table.row(
                one.kind().toString(),
                one.name(),
                one.node() == null ? "-" : one.node(),
                known(one.rowsWaiting()),
                seconds(one.oldestWaitingSeconds()),
                one.why()));
        List<String> rows = table.lines();
        lines.add(paint.dim(rows.get(0)));
        for (int i = 0; i < shown.size(); i++) {
            lines.add(shown.get(i).stuck() ? paint.bad(rows.get(i + 1)) : paint.busy(rows.get(i + 1)));
        }
        if (trouble.size() > shown.size()) {
            lines.add("and " + (trouble.size() - shown.size()) + " more: 'relay shards' shows all");
        }
    }

    private static String waiting(ClusterStatus.Outbox outbox) {
        return Figures.count(outbox.rowsWaiting()) + (outbox.moreWaiting() ? "+" : "");
    }

    static String known(long number) {
        return number < 0 ? "?" : Figures.count(number);
    }

    static String seconds(double seconds) {
        return seconds < 0 ? "?" : String.format(Locale.ROOT, "%.1f s", seconds);
    }
}
