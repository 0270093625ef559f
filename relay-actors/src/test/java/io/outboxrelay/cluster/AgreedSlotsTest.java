package io.outboxrelay.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.model.Slots;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AgreedSlotsTest {
    @Test
    void theNameThatNodesCompareStandsForThisFunction() {
        assertThat(Agreed.SLOTS).isEqualTo("md5-" + Slots.COUNT);
        assertThat(Stream.of("", "42", "order-7", "\u00fc").map(Slots::of))
                .as("another function needs another name in Agreed.SLOTS")
                .containsExactly(321, 541, 215, 3);
    }
}
