package io.outboxrelay.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EventCheckTest {
    private final EventCheck check = new EventCheck(20_002);

    private void arrives(int number) {
        check.add(("order-" + number % 10_000).getBytes(UTF_8), (number + "xxx").getBytes(UTF_8));
    }

    @Test
    void whatDidNotComeIsLost() {
        arrives(0);
        assertThat(check.lost()).isEqualTo(20_001);
        assertThat(check.complete()).isFalse();
    }

    @Test
    void aRepeatIsADuplicateAndNoOrderViolation() {
        arrives(1);
        arrives(10_001);
        arrives(1);
        assertThat(check.duplicates()).isEqualTo(1);
        assertThat(check.orderViolations()).isZero();
    }

    @Test
    void aLaterEventOfAKeyBeforeAnEarlierOneIsAnOrderViolation() {
        arrives(20_001);
        arrives(1);
        arrives(0); // of another key
        assertThat(check.orderViolations()).isEqualTo(1);
    }

    @Test
    void anotherKeyOrAnotherPayloadIsStrange() {
        check.add("order-2".getBytes(UTF_8), "1xxx".getBytes(UTF_8));
        check.add("order-2".getBytes(UTF_8), "xxx".getBytes(UTF_8));
        assertThat(check.strange()).isEqualTo(2);
        assertThat(check.duplicates()).isZero();
    }
}
