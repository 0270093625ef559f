package io.outboxrelay.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepeatFilterTest {
    private final RepeatFilter filter = new RepeatFilter(3);

    @Test
    void anEventThatArrivesAgainIsARepeat() {
        assertThat(filter.isRepeat("orders/0/71.1/1/1", "a")).isFalse();
        assertThat(filter.isRepeat("orders/0/71.1/1/2", "b")).isFalse();
        assertThat(filter.isRepeat("orders/0/71.1/2/1", "b")).isTrue();
        assertThat(filter.isRepeat("orders/0/71.1/2/2", "c")).isFalse();
    }

    @Test
    void whateverAFormerOwnerStillSendsIsARepeatHoweverLate() {
        assertThat(filter.isRepeat("orders/0/71.1/1/1", "a")).isFalse();
        for (String event : new String[] {"b", "c", "d", "e"}) {
            assertThat(filter.isRepeat("orders/0/71.1/2/1", event)).isFalse();
        }
        assertThat(filter.isRepeat("orders/0/71.1/1/2", "b")).isTrue();
        assertThat(filter.isRepeat("orders/0/71.1/1/3", "f"))
                .as("the new owner sends it too")
                .isTrue();
        assertThat(filter.isRepeat("orders/0/71.1/2/5", "f")).isFalse();
    }

    @Test
    void epochsOfAnotherHistoryMeanNothing() {
        assertThat(filter.isRepeat("orders/0/71.1/9/1", "a")).isFalse();
        assertThat(filter.isRepeat("orders/0/71.2/4/1", "b")).isFalse();
        assertThat(filter.isRepeat("orders/0/71.2/4/2", "a")).isTrue();
        assertThat(filter.isRepeat("orders/0/71.1/9/2", "c")).isFalse();
    }

    @Test
    void epochsOfNoKnownHistoryMeanNothingEither() {
        assertThat(filter.isRepeat("orders/0/-/9/1", "a")).isFalse();
        assertThat(filter.isRepeat("orders/0/-/4/1", "b")).isFalse();
        assertThat(filter.isRepeat("orders/0/-/4/2", "a")).isTrue();
    }

    @Test
    void shardsAndOutboxesHaveNothingToDoWithEachOther() {
        assertThat(filter.isRepeat("orders/0/71.1/9/1", "a")).isFalse();
        assertThat(filter.isRepeat("orders/1/71.1/2/1", "b")).isFalse();
        assertThat(filter.isRepeat("stock/0/71.1/1/1", "c")).isFalse();
    }

    @Test
    void remembersSoManyOfAShardAndNoMore() {
        for (String event : new String[] {"a", "b", "c", "a", "d"}) {
            filter.isRepeat("orders/0/71.1/1/1", event);
        }
        filter.isRepeat("orders/1/71.1/1/1", "x");
        assertThat(filter.isRepeat("orders/0/71.1/2/1", "a"))
                .as("met again since")
                .isTrue();
        assertThat(filter.isRepeat("orders/0/71.1/2/2", "c")).isTrue();
        assertThat(filter.isRepeat("orders/0/71.1/2/3", "b")).as("forgotten").isFalse();
    }

    @Test
    void withoutTheHeaderTheIdDecides() {
        assertThat(filter.isRepeat(null, "a")).isFalse();
        assertThat(filter.isRepeat(null, "a")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "orders/0/71.1/1", "orders/0/71.1/x/1", "orders/0/71.1/1/1/1"})
    void saysWhatItCannotRead(String delivery) {
        assertThatThrownBy(() -> filter.isRepeat(delivery, "a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + delivery + "'", "legal: outbox/shard/history/epoch/number");
    }

    @Test
    void aWindowHoldsAtLeastOne() {
        assertThatThrownBy(() -> new RepeatFilter(0)).hasMessage("window = 0, legal: 1 or more");
    }
}
