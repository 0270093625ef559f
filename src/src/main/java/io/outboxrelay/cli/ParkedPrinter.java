package io.outboxrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;

/** Prints what a node says about events that were put aside, for people or for programs. */
final class ParkedPrinter implements AutoCloseable {
    private final PrintWriter out;
    private final boolean json;
    private long items;

    ParkedPrinter(PrintWriter out, boolean json) {
        this.out = out;
        this.json = json;
    }

    void beginList() {
        if (json) {
            out.print("[");
        }
    }

    /** One of a list that may be long: nothing is kept. */
    void item(JsonNode row) {
        items++;
        if (json) {
            out.print((items == 1 ? "\n  " : ",\n  ") + row);
        } else {
            out.println(line(row));
        }
    }

    void decided(JsonNode answer, String done) {
        if (json) {
            item(answer);
        } else {
            out.println("event " + text(answer, "event") + " is " + done + " (shard "
                    + answer.path("shard").asInt() + ")");
        }
    }

    void endList() {
        if (json) {
            out.println(items == 0 ? "]" : "\n]");
        }
    }

    void one(JsonNode row) {
        if (json) {
            out.println(row.toPrettyString());
        } else {
            row.properties()
                    .forEach(field -> out.printf(
                            "%-14s %s%n", field.getKey(), field.getValue().asText()));
        }
    }

    private static String line(JsonNode row) {
        return text(row, "event") + "  " + text(row, "state") + "  " + text(row, "aggregateType") + "/"
                + text(row, "aggregateId") + "  " + row.path("attempts").asInt() + " x, last "
                + text(row, "lastAt") + "  " + text(row, "reason").replaceAll("\\s+", " ");
    }

    private static String text(JsonNode row, String field) {
        return row.path(field).isNull() ? "-" : row.path(field).asText();
    }

    @Override
    public void close() {
        out.flush();
    }
}
