package io.outboxrelay.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a store promises beyond {@link OutboxStoreContract} if its position remembers what was visible. */
public abstract class ExactRereadContract extends OutboxStoreContract {

    @Test
    void readingAgainUnderTheSamePositionYieldsTheSameRowsBeforeWhateverWasCommittedSince() {
        OpenTransaction late = fixture.begin().append(key(0, 1), "late");
        int rows = 3 * fixture.chunkRows();
        appendRows(0, rows);
        Claim claim = claim(0);
        ChunkProbe reader = read(claim);
        Chunk first = reader.chunk();
        settle(claim, first);
        List<String> rest = printed(reader.rows(rows - first.rows().size()));
        late.commit();
        append(key(0, 0), "new");
        for (int time = 0; time < 3; time++) {
            ChunkProbe again = readElsewhere(claimElsewhere(0));
            assertThat(printed(again.rows(rest.size()))).isEqualTo(rest);
            assertThat(again.texts(2)).containsExactlyInAnyOrder("late", "new");
        }
    }
}
