package io.outboxrelay.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.Position;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.testkit.TestSettings;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class GateHeldTest {
    private final Gate gate = Gate.to(TestSettings.PUBLISHER);

    private void screen(Fault fault, String reason) {
        OutboxRow row = new OutboxRow(1, "e", "order", null, "T", null, null, Instant.EPOCH);
        gate.screen(new Chunk(new ShardId("orders", 0), List.of(row), new Position() {}), n -> {
            throw new RelayException(fault, reason);
        });
    }

    @Test
    void whyRowsAreHeldBackIsRememberedOnceForEachTopic() {
        screen(Fault.MISCONFIGURED, "topic a does not exist");
        screen(Fault.MISCONFIGURED, "topic a does not exist");
        screen(Fault.MISCONFIGURED, "topic b does not exist");
        screen(Fault.POISON, "too large");
        assertThat(gate.held()).containsExactlyInAnyOrder("topic a does not exist", "topic b does not exist");
    }

    @Test
    void thereIsAnEndToWhatIsRemembered() {
        for (int topic = 0; topic < 1000; topic++) {
            screen(Fault.MISCONFIGURED, "topic " + topic + " does not exist");
        }
        assertThat(gate.held()).hasSize(100);
    }
}
