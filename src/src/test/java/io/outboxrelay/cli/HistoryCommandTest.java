package io.outboxrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a node that answers as it is told. */
class HistoryCommandTest {
    private StubNode node;

    @BeforeEach
    void start() throws IOException {
        node = new StubNode();
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void aLineTellsWhoDidWhatAndWhyWhateverIsMissing() {
        node.knows(
                "GET /history?limit=20",
                "{\"history\":[{\"action\":\"pause\",\"outbox\":\"orders\",\"shards\":[0,4],\"events\":[],\"by\":\"ann\","
                        + "\"reason\":\"two\\nlines\",\"at\":\"2026-11-23T14:00:00Z\"},"
                        + "{\"action\":\"skip\",\"outbox\":\"orders\",\"events\":[\"a\"],\"by\":null},{}]}");
        assertThat(node.run("history")).isZero();
        assertThat(node.out.toString().lines())
                .containsExactly(
                        "AT                    BY   ACTION  WHAT               REASON",
                        "2026-11-23T14:00:00Z  ann  pause   orders shards 0,4  two; lines",
                        "-                     -    skip    orders event a     -",
                        "-                     -    -       -                  -");
    }

    @Test
    void aReplayIsToldWithItsIdAndHowFarItCame() {
        node.knows(
                "GET /history?limit=20",
                "{\"history\":[{\"action\":\"replay-done\",\"outbox\":\"orders\",\"detail\":\"r1: 3 events published\"}]}");
        assertThat(node.run("history")).isZero();
        assertThat(node.out.toString()).contains("replay-done  orders r1: 3 events published  -");
    }

    @Test
    void programsGetWhatTheNodeSays() throws IOException {
        node.knows("GET /history?limit=3", "{\"history\":[{\"action\":\"pause\"}]}");
        assertThat(node.run("history", "--limit", "3", "--json")).isZero();
        assertThat(new ObjectMapper().readTree(node.out.toString()).findValuesAsText("action"))
                .containsExactly("pause");
    }

    @Test
    void anIllegalLimitIsWrongUsageAndANodeWithoutHistoryIsNamed() {
        assertThat(node.run("history", "--limit", "0")).isEqualTo(2);
        assertThat(node.err.toString()).contains("--limit = 0, legal 1 to 1000");
        assertThat(node.run("history")).isEqualTo(1);
        assertThat(node.err.toString()).contains("refused: no answer to that");
    }
}
