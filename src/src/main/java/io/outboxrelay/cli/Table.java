package io.outboxrelay.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Lines whose columns stand below each other, numbers to the right; pure. The last column is as long as it is. */
final class Table {
    private static final String GAP = "  ";

    private final List<String> head;
    private final String alignment;
    private final List<List<String>> rows = new ArrayList<>();

    /** @param alignment a letter for each column: `l`eft or `r`ight */
    Table(String alignment, String... head) {
        if (alignment.length() != head.length) {
            throw new IllegalArgumentException(head.length + " columns, and alignment " + alignment);
        }
        this.alignment = alignment;
        this.head = List.of(head);
    }

    void row(String... cells) {
        if (cells.length != head.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + head.size() + " columns");
        }
        rows.add(List.of(cells));
    }

    /** The head first. */
    List<String> lines() {
        int[] widths = head.stream().mapToInt(String::length).toArray();
        for (List<String> row : rows) {
            Arrays.setAll(widths, i -> Math.max(widths[i], row.get(i).length()));
        }
        List<String> lines = new ArrayList<>();
        lines.add(line(head, widths));
        rows.forEach(row -> lines.add(line(row, widths)));
        return lines;
    }

    private String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            String padding = " ".repeat(widths[i] - cells.get(i).length());
            line.append(i == 0 ? "" : GAP);
            line.append(alignment.charAt(i) == 'r' ? padding + cells.get(i) : cells.get(i) + padding);
        }
        return line.toString().stripTrailing();
    }
}
