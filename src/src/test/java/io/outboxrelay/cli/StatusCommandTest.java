package io.outboxrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a node that answers as it is told. */
class StatusCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private StubNode node;

    @BeforeEach
    void start() throws IOException {
        node = new StubNode()
                .knows(
                        "GET /cluster/members",
                        "{\"members\":[{\"node\":\"pekko://relay@10.0.0.8:7355\",\"status\":\"Up\"},"
                                + "{\"node\":\"pekko://relay@10.0.0.7:7355\",\"status\":\"Up\"}],"
                                + "\"unreachable\":[{\"node\":\"pekko://relay@10.0.0.8:7355\"}]}")
                .knows("GET /outbox", "{\"outboxes\":[{\"name\":\"orders\",\"shards\":2,\"reshardingTo\":null}]}");
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private void shards(String... shards) {
        node.knows("GET /outbox/orders/shards", "{\"shards\":[" + String.join(",", shards) + "]}");
    }

    private static String shard(int number, String phase, long waiting, boolean stuck, String reason) {
        return "{\"outbox\":\"orders\",\"shard\":" + number + ",\"node\":\"10.0.0.7:7355\",\"phase\":\"" + phase
                + "\",\"rowsWaiting\":" + waiting + ",\"oldestWaitingSeconds\":" + number + ",\"ratePerSecond\":10,"
                + "\"parkedRows\":3,\"stuck\":" + stuck + ",\"reason\":"
                + (reason.isEmpty() ? "null" : "\"" + reason + "\"") + ",\"lastError\":null}";
    }

    @Test
    void aClusterThatIsWellIsExitCodeZero() {
        shards(shard(0, "relaying", 0, false, ""), shard(1, "relaying", 1500, false, ""));
        assertThat(node.run("status")).isZero();
        assertThat(node.out.toString().lines())
                .containsExactly(
                        "nothing is stuck",
                        "",
                        "NODE           STATE        SHARDS",
                        "10.0.0.7:7355  up                2",
                        "10.0.0.8:7355  unreachable       0",
                        "",
                        "OUTBOX  SHARDS  WAITING  OLDEST  RATE  PARKED",
                        "orders       2    1,500   1.0 s  20/s       6");
    }

    @Test
    void whatDoesNotGetOnIsNamedWorstFirstWithItsReason() throws IOException {
        shards(
                shard(0, "paused", 0, false, ""),
                shard(1, "retrying", 4, false, ""),
                shard(2, "relaying", 5, true, "Kafka has not acknowledged 5 rows"),
                shard(3, "halted", 6, true, "halted until its cause is ended, after a failure: no right"),
                "{\"outbox\":\"orders\",\"shard\":4,\"node\":null,\"phase\":\"unknown\",\"rowsWaiting\":-1,"
                        + "\"reason\":null,\"lastError\":\"shard orders/4 did not answer in time\"}",
                shard(5, "relaying", 7, true, "the database does not answer"));
        assertThat(node.run("status")).isEqualTo(3);
        assertThat(node.out.toString().lines().findFirst()).contains("4 are stuck");
        assertThat(node.out.toString().lines().dropWhile(line -> !line.startsWith("WHAT")))
                .containsExactly(
                        "WHAT      SHARD     NODE           WAITING  OLDEST  WHY",
                        "halted    orders/3  10.0.0.7:7355        6   3.0 s  halted until its cause is ended, after a failure:"
                                + " no right",
                        "stuck     orders/5  10.0.0.7:7355        7   5.0 s  the database does not answer",
                        "stuck     orders/2  10.0.0.7:7355        5   2.0 s  Kafka has not acknowledged 5 rows",
                        "silent    orders/4  -                    ?       ?  shard orders/4 did not answer in time",
                        "retrying  orders/1  10.0.0.7:7355        4   1.0 s  tries again, failures in a row: 0",
                        "paused    orders/0  10.0.0.7:7355        0   0.0 s  an operator, or a reshard, wants it to rest;"
                                + " nothing waits");
        assertThat(node.run("status", "--json")).isEqualTo(3);
    }

    @Test
    void programsGetOneDocument() throws IOException {
        shards(shard(0, "paused", 8, true, "paused by ann since ..."), shard(1, "relaying", -1, false, ""));
        assertThat(node.run("status", "--json")).isEqualTo(3);
        JsonNode status = JSON.readTree(node.out.toString());
        assertThat(status.path("well").asBoolean(true)).isFalse();
        assertThat(status.path("nodes").findValuesAsText("reachable")).containsExactly("true", "false");
        JsonNode outbox = status.path("outboxes").path(0);
        assertThat(outbox.path("rowsWaiting").asInt()).isEqualTo(8);
        assertThat(outbox.path("moreWaiting").asBoolean()).isTrue();
        assertThat(status.path("trouble").path(0).path("kind").asText()).isEqualTo("paused");
        assertThat(status.path("trouble").path(0).path("why").asText()).startsWith("paused by ann");
        assertThat(node.err.toString()).isEmpty();
    }

    @Test
    void anOutboxWhoseShardsAreNotKnownIsStuck() {
        assertThat(node.run("status")).isEqualTo(3);
        assertThat(node.out.toString()).contains("silent  orders  -", "no answer to that");
    }

    @Test
    void aNodeThatCannotBeAskedIsExitCodeOne() {
        node.close();
        assertThat(node.run("status")).isEqualTo(1);
        assertThat(node.err.toString()).contains("error: no node answers at http://127.0.0.1:");
        assertThat(node.run("watch", "--times", "1")).isEqualTo(1);
    }

    @Test
    void shardsAreATableOrJson() throws IOException {
        shards(shard(0, "relaying", 0, false, ""), shard(1, "halted", 12, true, "no right"));
        assertThat(node.run("shards", "--outbox", "orders")).isZero();
        assertThat(node.out.toString().lines().skip(1))
                .containsExactly(
                        "orders/0  relaying  10.0.0.7:7355      0        0   0.0 s  10/s          0       3",
                        "orders/1  halted    10.0.0.7:7355      0       12   1.0 s  10/s          0       3  no right");
        node.out.getBuffer().setLength(0);
        assertThat(node.run("shards", "--json")).isZero();
        assertThat(JSON.readTree(node.out.toString()).findValuesAsText("phase")).containsExactly("relaying", "halted");
        assertThat(node.run("shards", "--outbox", "bills")).isEqualTo(2);
        assertThat(node.err.toString()).contains("--outbox = 'bills', legal: orders");
    }

    @Test
    void watchPrintsALineForEachLookWhereThereIsNoTerminal() throws IOException {
        shards(shard(0, "relaying", 0, false, ""), shard(1, "halted", 12, true, "no right"));
        assertThat(node.run("watch", "--times", "2")).isEqualTo(3);
        String line =
                "1 is stuck; nodes 2; orders: 12 waiting, oldest 1.0 s, 20/s, parked 6; worst: halted orders/1: no right";
        assertThat(node.out.toString().lines()).containsExactly(line, line);
        node.out.getBuffer().setLength(0);
        assertThat(node.run("watch", "--times", "1", "--json")).isEqualTo(3);
        assertThat(node.out.toString().lines()).hasSize(1);
        assertThat(JSON.readTree(node.out.toString()).has("well")).isTrue();
        assertThat(node.run("watch", "--interval", "0")).isEqualTo(2);
        assertThat(node.err.toString()).contains("--interval = 0, legal 1 to 3600");
    }
}
