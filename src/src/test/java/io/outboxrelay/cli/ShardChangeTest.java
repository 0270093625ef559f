package io.outboxrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a node that answers as it is told. */
class ShardChangeTest {
    private static final String NOTE = "?by=ann&reason=two+words";

    private StubNode node;

    @BeforeEach
    void start() throws IOException {
        node = new StubNode()
                .knows("GET /outbox", "{\"outboxes\":[{\"name\":\"orders\",\"shards\":3}]}")
                .knows("GET /outbox/orders", "{\"name\":\"orders\",\"shards\":3}");
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private int run(String command, String shards, String... more) {
        String[] arguments = new String[7 + more.length];
        System.arraycopy(
                new String[] {command, "--shard", shards, "--by", "ann", "--reason", "two words"}, 0, arguments, 0, 7);
        System.arraycopy(more, 0, arguments, 7, more.length);
        return node.run(arguments);
    }

    @Test
    void eachShardThatIsNamedIsPaused() {
        node.knows("POST /outbox/orders/shards/0/pause" + NOTE, "{\"shard\":0}");
        node.knows("POST /outbox/orders/shards/2/pause" + NOTE, "{\"shard\":2}");
        assertThat(run("pause", "2,0,2")).isZero();
        assertThat(node.out.toString().lines())
                .containsExactly("shard orders/0 is to rest", "shard orders/2 is to rest");
    }

    @Test
    void allAreResumedThoughOneIsRefused() throws IOException {
        node.knows("POST /outbox/orders/shards/0/resume" + NOTE, "{\"shard\":0}");
        node.knows("POST /outbox/orders/shards/2/resume" + NOTE, "{\"shard\":2}");
        assertThat(run("resume", "all", "--json")).isEqualTo(1);
        assertThat(new ObjectMapper().readTree(node.out.toString()).findValuesAsText("shard"))
                .containsExactly("0", "2");
        assertThat(node.err.toString()).contains("no answer to that");
    }

    @Test
    void aShardStartsAnew() {
        node.knows("POST /outbox/orders/shards/1/restart" + NOTE, "{\"shard\":1,\"phase\":\"halted\",\"epoch\":7}");
        assertThat(run("restart", "1")).isZero();
        assertThat(node.out.toString().lines()).containsExactly("shard orders/1 starts anew");
    }

    @Test
    void aShardMovesOrStays() {
        String there = "POST /outbox/orders/shards/1/move?by=ann&reason=hot&to=";
        node.knows(there + "there%3A2", "{\"shard\":1,\"from\":\"here:1\",\"to\":\"there:2\"}");
        node.knows(there + "here%3A1", "{\"shard\":1,\"from\":\"here:1\",\"to\":\"here:1\"}");
        node.knows(there + "any", "{\"shard\":1,\"from\":\"here:1\",\"to\":null}");
        for (String to : List.of("there:2", "here:1", "any")) {
            assertThat(node.run("move", "1", "--to", to, "--by", "ann", "--reason", "hot"))
                    .as(to)
                    .isZero();
        }
        assertThat(node.out.toString().lines())
                .containsExactly(
                        "shard orders/1 moves to there:2",
                        "shard orders/1 is on here:1 and stays there",
                        "shard orders/1 goes wherever it is even");
        assertThat(node.run("move", "--to", "any")).isEqualTo(2);
        assertThat(node.run("move", "1", "--to", "gone:9")).isEqualTo(1);
    }

    @Test
    void aShardThatCannotBeIsWrongUsageAndNobodyIsAsked() {
        assertThat(run("pause", "0,x")).isEqualTo(2);
        assertThat(node.err.toString()).contains("--shard = 'x', legal: numbers from 0 to 1023");
        assertThat(run("pause", "1024")).isEqualTo(2);
        assertThat(node.asked).isEmpty();
    }

    @Test
    void aNodeIsDrained() {
        node.knows("POST /node/drain" + NOTE, "{\"draining\":true}");
        assertThat(node.run("drain", "--by", "ann", "--reason", "two words")).isZero();
        assertThat(node.out.toString()).contains("the node at " + node.url() + " hands its shards over");
    }

    @Test
    void anAddressIsNeededAndOnlyOne() {
        assertThat(node.run("status", "--config", "x.conf")).isEqualTo(2);
        assertThat(node.err.toString()).contains("mutually exclusive");
        assertThat(Main.commandLine().execute("status")).isEqualTo(2);
        assertThat(Main.commandLine().execute("status", "--url", "ftp://x")).isEqualTo(2);
        assertThat(Main.commandLine().execute("status", "--url", "http://user:secret@x"))
                .isEqualTo(2);
        assertThat(node.asked).isEmpty();
    }
}
