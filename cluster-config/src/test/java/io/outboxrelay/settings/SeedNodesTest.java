package io.outboxrelay.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeedNodesTest {
    private static List<String> seeds(String written) {
        return Configs.with("cluster { seeds = static, seed-nodes = " + written + " }")
                .cluster()
                .seedNodes();
    }

    @Test
    void aRangeIsSoManyNodes() {
        assertThat(seeds("[\"relay-{0-2}.relay:7355\"]"))
                .containsExactly("relay-0.relay:7355", "relay-1.relay:7355", "relay-2.relay:7355");
        assertThat(seeds("[\"10.0.0.{9-10}:1\", \"b:2\"]")).containsExactly("10.0.0.9:1", "10.0.0.10:1", "b:2");
        assertThat(seeds("[\"n{3-3}:1\"]")).containsExactly("n3:1");
    }

    @Test
    void oneTextWithCommasDoesAsWell() {
        assertThat(seeds("\" a:1 , [::1]:2,n-{1-2}:3,\"")).containsExactly("a:1", "[::1]:2", "n-1:3", "n-2:3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"n{2-1}:1", "n{0-100}:1", "n{0-1}{0-1}:1", "n{a-b}:1", "n{1}:1"})
    void whatIsNoRangeIsNamed(String seed) {
        assertThat(Configs.problemsWith("cluster { seeds = static, seed-nodes = [\"" + seed + "\"] }"))
                .singleElement()
                .asString()
                .startsWith("outbox-relay.cluster.seed-nodes = " + seed)
                .contains("at most one range such as {0-2}");
    }
}
