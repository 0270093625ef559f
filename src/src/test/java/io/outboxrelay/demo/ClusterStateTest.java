package io.outboxrelay.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClusterStateTest {

    private static ShardStatus shard(String json) throws IOException {
        return ShardStatus.of(new ObjectMapper().readTree(json));
    }

    @Test
    void readsAShardAsManagementHttpShowsIt() throws IOException {
        ShardStatus shard = shard("{'outbox':'orders','shard':3,'node':'127.0.0.1:7101','phase':'relaying','epoch':4,"
                .concat("'rowsWaiting':12,'oldestWaitingSeconds':0.5,'lastError':null}")
                .replace('\'', '"'));
        assertThat(shard).isEqualTo(new ShardStatus(3, "127.0.0.1:7101", "relaying", 12, 0.5, null));
        assertThat(shard.relaying()).isTrue();
    }

    @Test
    void aShardWithoutOwnerIsNotRelaying() throws IOException {
        assertThat(shard("{\"shard\":3,\"node\":null,\"phase\":\"unknown\"}").relaying())
                .isFalse();
    }

    @Test
    void knowsWhoOwnsWhatAndWhatIsWrong() {
        ClusterState state = new ClusterState(
                1,
                List.of(
                        new ShardStatus(1, "a:1", "relaying", 0, 0, null),
                        new ShardStatus(0, "a:1", "relaying", 0, 0, null),
                        new ShardStatus(2, "b:1", "halted", 7, 3, "topic outbox.event.order is missing")),
                Set.of(1));
        assertThat(state.ownedBy("a:1")).containsExactly(0, 1);
        assertThat(state.owners()).containsExactlyInAnyOrder("a:1", "b:1");
        assertThat(state.allRelaying(3)).isFalse();
        assertThat(state.trouble())
                .isEqualTo("shard 2 on b:1 is halted, 7 rows wait: topic outbox.event.order is missing");
    }

    @Test
    void aMissingShardIsNotRelaying() {
        ClusterState state = new ClusterState(1, List.of(new ShardStatus(0, "a:1", "relaying", 0, 0, null)), Set.of());
        assertThat(state.allRelaying(1)).isTrue();
        assertThat(state.allRelaying(2)).isFalse();
    }
}
