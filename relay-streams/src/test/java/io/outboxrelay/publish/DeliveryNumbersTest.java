package io.outboxrelay.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.model.Claim;
import io.outboxrelay.model.Position;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.model.SlotRange;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DeliveryNumbersTest {
    @Test
    void countsTheRecordsOfAClaim() {
        DeliveryNumbers numbers = new DeliveryNumbers(claim("orders", 3, 17, "7489221/1"));
        assertThat(next(numbers)).isEqualTo("orders/3/7489221.1/17/1");
        assertThat(next(numbers)).isEqualTo("orders/3/7489221.1/17/2");
    }

    @Test
    void saysWhereNoHistoryIsKnown() {
        assertThat(next(new DeliveryNumbers(claim("orders", 3, 17, "")))).isEqualTo("orders/3/-/17/1");
    }

    @Test
    void isNeverLargerThanRoutingReckonsWith() {
        String longest = next(new DeliveryNumbers(
                claim("o".repeat(40), 1023, Long.MAX_VALUE, Long.MIN_VALUE + "/" + Integer.MAX_VALUE)));
        assertThat(60 + longest.length() + String.valueOf(Long.MAX_VALUE).length() - 1)
                .isEqualTo(DeliveryNumbers.MAX_BYTES);
    }

    private static String next(DeliveryNumbers numbers) {
        return new String(numbers.next(), StandardCharsets.UTF_8);
    }

    private static Claim claim(String outbox, int shard, long epoch, String lineage) {
        return new Claim(new ShardId(outbox, shard), epoch, new SlotRange(0, 1023), new Position() {}, lineage, null);
    }
}
