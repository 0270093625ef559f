package io.outboxrelay.forming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.cluster.AgreedCheck;
import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.junit.jupiter.api.Test;

/** What nodes must have in common to be one cluster, with real actor systems. */
class AgreedTest {
    private static final String NO_DATABASE = "jdbc:postgresql://127.0.0.1:1/none";
    private static final String PEKKO = "org.apache.pekko.cluster.Cluster";

    private static String refusal(CompletableFuture<Done> joined) {
        assertThatThrownBy(() -> joined.get(60, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(
                        RelayException.class,
                        refused -> assertThat(refused.fault()).isEqualTo(Fault.MISCONFIGURED));
        return joined.handle((done, refused) -> RelayException.of(refused).getMessage())
                .join();
    }

    @Test
    void aNodeThatWouldReadAnotherTableIsRefusedAndBothSidesSayWhy() throws Exception {
        String why = "outboxes.orders.table is outbox_v2 on the node that joins and outbox in the cluster";
        try (LogLines lines = new LogLines(AgreedCheck.class.getName(), PEKKO);
                Nodes nodes = new Nodes(NO_DATABASE);
                Nodes others = new Nodes(NO_DATABASE)) {
            nodes.found("");
            assertThat(refusal(others.startBeside(nodes.address(0), "outboxes.orders.table = outbox_v2")))
                    .startsWith("this node does not fit the cluster")
                    .contains(why);
            assertThat(lines.with("node 127.0.0.1:0 does not fit this cluster", why))
                    .as("a member's log")
                    .hasSize(1);
            assertThat(lines.with("sent back incompatible settings", why))
                    .as("the log of the node that joins")
                    .hasSize(1);
            nodes.awaitOneCluster();
        }
    }

    @Test
    void anotherNumberOfPekkosShardsIsRefusedToo() throws Exception {
        try (LogLines lines = new LogLines(PEKKO);
                Nodes nodes = new Nodes(NO_DATABASE);
                Nodes others = new Nodes(NO_DATABASE, "pekko.cluster.sharding.number-of-shards = 7")) {
            nodes.found("");
            assertThat(refusal(others.startBeside(nodes.address(0), "")))
                    .contains("the log of the cluster's nodes says in what");
            assertThat(lines.with("pekko.cluster.sharding.number-of-shards is incompatible"))
                    .isNotEmpty();
        }
    }

    @Test
    void whatMayDifferWhileNodesAreUpgradedOneByOneDoes() throws Exception {
        try (Nodes nodes = new Nodes(NO_DATABASE)) {
            nodes.found("outboxes.old { table = old }");
            nodes.startBeside(nodes.address(0), """
                            outboxes { new { table = new, publisher.delivery = exactly-once }, orders.shards = 32 }
                            outbox-defaults {
                              publisher.max-in-flight = 500, routing.topic = events, reader.tick-max = 1 s
                              on-history-change = replay
                            }
                            kafka.bootstrap-servers = "elsewhere:9092"
                            database { password = other, properties.sslmode = prefer }
                            """).get(60, TimeUnit.SECONDS);
            nodes.awaitOneCluster();
        }
    }
}
