package io.outboxrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a node that answers as it is told. */
class ReplayCommandTest {
    private static final String BEGIN = "POST /outbox/orders/replay?by=ann&reason=lost";
    private static final String LOOK = "GET /outbox/orders/replays";
    private StubNode node;

    @BeforeEach
    void start() throws IOException {
        node = new StubNode().knows("GET /outbox", "{\"outboxes\": [{\"name\": \"orders\"}]}");
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private static String status(String state, int left, String missing, String error) {
        return "{\"id\": \"r1\", \"state\": \"" + state + "\", \"published\": 7, \"left\": " + left
                + ", \"leftEvents\": [\"e9: too large\"], \"missing\": [" + missing
                + "], \"share\": 0.5, \"since\": \"2026-11-22T10:00:00Z\", \"error\": " + error + "}";
    }

    private int replay(String end, String... more) {
        node.knows(BEGIN, status("running", 0, "", "null"))
                .knows(LOOK, "{\"outbox\": \"orders\", \"replays\": [" + end + "]}");
        String[] all = new String[more.length + 5];
        System.arraycopy(new String[] {"replay", "--by", "ann", "--reason", "lost"}, 0, all, 0, 5);
        System.arraycopy(more, 0, all, 5, more.length);
        return node.run(all);
    }

    @Test
    void waitsForTheEnd() {
        assertThat(replay(status("done", 0, "", "null"), "--key", "k")).isZero();
        assertThat(node.out.toString())
                .contains("replay r1 is done; 7 events sent again")
                .contains("earliest event that was there: 2026-11-22T10:00:00Z");
        assertThat(node.asked).containsExactly("GET /outbox", BEGIN, LOOK);
    }

    @Test
    void tellsWhatWasLeftOutAndNotFoundByAnExitCodeOfItsOwn() {
        assertThat(replay(status("done", 1, "\"e2\"", "null"), "--event", "e2")).isEqualTo(3);
        assertThat(node.out.toString()).contains("1 left out", "  e9: too large", "not found", "  e2");
    }

    @Test
    void failsWhereItDidNotGetToItsEnd() {
        assertThat(replay(status("failed", 0, "", "\"topic t does not exist\""), "--key", "k"))
                .isEqualTo(1);
        assertThat(node.out.toString()).contains("replay r1 is failed: topic t does not exist; 7 events sent again");
    }

    @Test
    void saysThatItsNodeEnded() {
        node.knows(BEGIN, status("running", 0, "", "null")).knows(LOOK, "{\"outbox\": \"orders\", \"replays\": []}");
        assertThat(node.run("replay", "--by", "ann", "--reason", "lost", "--key", "k"))
                .isEqualTo(1);
        assertThat(node.err.toString()).contains("the node of replay r1 ended before it did");
    }

    @Test
    void stopsTheOneThatRuns() {
        node.knows("POST /outbox/orders/replay/stop?by=ann&reason=", status("running", 0, "", "null"))
                .knows(LOOK, "{\"replays\": [" + status("stopped", 0, "", "null") + "]}");
        assertThat(node.run("replay", "--by", "ann", "--stop")).isZero();
        assertThat(node.out.toString()).contains("replay r1 is stopped; 7 events");
    }

    @Test
    void programsGetOneDocument() {
        assertThat(replay(status("done", 0, "", "null"), "--key", "k", "--json"))
                .isZero();
        assertThat(node.out.toString()).startsWith("{").contains("\"published\" : 7");
    }

    @Test
    void withoutASelectionItIsWrongUsage() {
        assertThat(node.run("replay", "--topic", "t")).isEqualTo(2);
        assertThat(node.run("replay", "--stop", "--key", "k")).isEqualTo(2);
        assertThat(node.err.toString()).contains("legal: --stop alone, or one or more of --from");
        assertThat(node.asked).isEmpty();
    }

    @Test
    void theBarGrows() {
        assertThat(ProgressLine.bar(0)).isEqualTo("[" + " ".repeat(30) + "]   0 %");
        assertThat(ProgressLine.bar(0.5)).isEqualTo("[" + "#".repeat(15) + " ".repeat(15) + "]  50 %");
        assertThat(ProgressLine.bar(2)).isEqualTo("[" + "#".repeat(30) + "] 100 %");
    }
}
