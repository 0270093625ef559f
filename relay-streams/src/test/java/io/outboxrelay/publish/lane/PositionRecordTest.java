package io.outboxrelay.publish.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.model.ShardId;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PositionRecordTest {

    @Test
    void whateverIsWrittenIsReadBack() {
        Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            Map<ShardId, Carried> shards = new HashMap<>();
            for (int s = random.nextInt(20); s > 0; s--) {
                StringBuilder position = new StringBuilder();
                random.ints(random.nextInt(300), 0, 0xD800).forEach(position::appendCodePoint);
                shards.put(
                        new ShardId("o\"rders-" + random.nextInt(3), random.nextInt(1000)),
                        new Carried(random.nextLong(), position.toString()));
            }
            assertThat(PositionRecord.decode(PositionRecord.encode(shards))).isEqualTo(shards);
        }
    }

    @Test
    void theFormatIsTheDocumentedOne() {
        byte[] value = PositionRecord.encode(Map.of(new ShardId("orders", 3), new Carried(7, "x")));
        assertThat(new String(value, StandardCharsets.UTF_8))
                .isEqualTo("{\"v\":1,\"shards\":[{\"outbox\":\"orders\",\"shard\":3,\"epoch\":7,\"position\":\"x\"}]}");
    }

    @Test
    void whatIsNotOursIsRefusedWithTheReason() {
        for (String foreign : new String[] {
            "",
            "x",
            "7",
            "{\"v\":2,\"shards\":[]}",
            "{\"v\":1}",
            "{\"v\":1,\"shards\":[{}]}",
            "{\"v\":1,\"shards\":[{\"outbox\":\"o\",\"shard\":1,\"epoch\":\"1\",\"position\":\"p\"}]}",
            "{\"v\":1,\"shards\":[{\"outbox\":\"o\",\"shard\":-1,\"epoch\":1,\"position\":\"p\"}]}",
        }) {
            assertThatThrownBy(() -> PositionRecord.decode(foreign.getBytes(StandardCharsets.UTF_8)))
                    .as(foreign)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
