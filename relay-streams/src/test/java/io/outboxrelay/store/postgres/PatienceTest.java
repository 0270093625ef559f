package io.outboxrelay.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PatienceTest {
    private final Patience patience = new Patience(Duration.ofSeconds(30));

    @Test
    void growsWithEachTimeItWasTooShort() {
        assertThat(patience.millis()).isEqualTo(30_000);
        patience.failed(new SQLException("no answer", new SocketTimeoutException("planned")));
        assertThat(patience.millis()).isEqualTo(60_000);
        for (int n = 0; n < 20; n++) {
            patience.failed(new SocketTimeoutException("planned"));
        }
        assertThat(patience.millis()).isEqualTo(900_000);
    }

    @Test
    void otherFailuresHaveNothingToDoWithIt() {
        patience.failed(new SQLException("planned"));
        assertThat(patience.millis()).isEqualTo(30_000);
    }

    @Test
    void followsWhatItTakesAndIsNeverLessThanAnywhereElse() {
        patience.began(Duration.ofSeconds(50));
        assertThat(patience.millis()).isEqualTo(200_000);
        patience.began(Duration.ofHours(1));
        assertThat(patience.millis()).isEqualTo(900_000);
        patience.began(Duration.ofMillis(3));
        assertThat(patience.millis()).isEqualTo(30_000);
    }
}
