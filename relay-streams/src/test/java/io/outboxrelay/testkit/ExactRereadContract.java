package io.outboxrelay.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What a store promises beyond {@link OutboxStoreContract} if its position remembers what was visible. */
public abstract class ExactRereadContract extends OutboxStoreContract {

    @Test
    void readingAgainUnderTheSamePositionYieldsTheSameRowsBeforeWhateverWasCommittedSince() {
        List<String> rest = readWithoutSettling();
        for (int time = 0; time < 3; time++) {
            ChunkProbe again = readElsewhere(claimElsewhere(0));
            assertThat(printed(again.rows(rest.size()))).isEqualTo(rest);
            assertThat(again.texts(2)).containsExactlyInAnyOrder("late", "new");
        }
    }
}
