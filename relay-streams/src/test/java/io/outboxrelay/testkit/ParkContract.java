package io.outboxrelay.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.store.Refusal;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every store promises of rows that can never be published. */
public abstract class ParkContract extends ReshardContract {

    @Test
    void aParkedRowIsPassedForGoodAndIsKeptWithItsReason() {
        appendRows(0, 3);
        Claim claim = claim(0);
        List<Chunk> chunks = read(claim).chunks(3);
        OutboxRow poison = ChunkProbe.rowsOf(chunks).get(1);
        get(store().park(claim, chunks, List.of(new Refusal(poison, "too large"))));
        assertThat(fixture.parked()).containsExactly(poison.id() + ": too large");
        assertThat(get(store().backlog(claim)).rows()).isZero();
        append(key(0, 0), "next");
        assertThat(readElsewhere(claimElsewhere(0)).texts(1)).containsExactly("next");
    }

    @Test
    void whoWasFencedParksNothing() {
        appendRows(0, 1);
        Claim zombie = claim(0);
        Chunk chunk = read(zombie).chunk();
        Claim owner = claimElsewhere(0);
        Refusal refusal = new Refusal(chunk.rows().get(0), "too large");
        assertThat(Waits.failure(store().park(zombie, List.of(chunk), List.of(refusal)), LIMIT)
                        .fault())
                .isEqualTo(Fault.FENCED);
        assertThat(fixture.parked()).isEmpty();
        assertThat(readElsewhere(owner).texts(1)).containsExactly("0");
    }

    @Test
    void parkedRowsStayPutAsideWhenTheOutboxIsDealtAnewAndPurged() {
        append(key(0, 0), "poison");
        append(key(0, 1), "waits");
        Claim claim = claim(0);
        ChunkProbe reader = read(claim);
        List<Chunk> chunks = reader.chunks(2);
        List<Chunk> first = chunks.subList(0, 1);
        OutboxRow poison = first.get(0).rows().get(0);
        get(store().park(claim, first, List.of(new Refusal(poison, "no such topic"))));
        reader.cancel();
        get(store().release(claim));
        get(fixture.admin().purge());
        get(fixture.admin().reshard(1));
        append(key(3, 0), "of another shard before");
        ChunkProbe next = read(claim(0));
        int left = first.get(0).rows().size() == 1 ? 2 : 1;
        assertThat(next.texts(left)).doesNotContain("poison").contains("of another shard before");
        assertThat(fixture.parked()).containsExactly(poison.id() + ": no such topic");
    }
}
