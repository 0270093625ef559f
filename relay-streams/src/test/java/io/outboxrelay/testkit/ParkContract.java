package io.outboxrelay.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.model.Aggregate;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.Slots;
import io.outboxrelay.store.OutboxAdmin.Decision;
import io.outboxrelay.store.Parked;
import io.outboxrelay.store.ParkedRow;
import io.outboxrelay.store.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.Test;

/** What every store promises of rows that can never be published. */
public abstract class ParkContract extends ReshardContract {

    @Test
    void aParkedRowIsPassedForGoodAndIsKeptWithItsReason() {
        appendRows(0, 3);
        Claim claim = claim(0);
        List<Chunk> chunks = read(claim).chunks(3);
        OutboxRow poison = ChunkProbe.rowsOf(chunks).get(1);
        get(store().park(claim, chunks, List.of(new Refusal(poison, Refusal.Kind.REFUSED, "too large"))));
        assertThat(fixture.parked()).containsExactly(poison.id() + ": too large");
        assertThat(get(store().backlog(claim)).rows()).isZero();
        append(key(0, 0), "next");
        assertThat(readElsewhere(claimElsewhere(0)).texts(1)).containsExactly("next");
    }

    /** Rows of two aggregates, the first of which has a row that was refused and two that wait for it. */
    List<OutboxRow> parkThreeOfFour() {
        append(key(0, 0), "1");
        append(key(0, 0), "2");
        append(key(0, 1), "other");
        append(key(0, 0), "3");
        Claim claim = claim(0);
        ChunkProbe reader = read(claim);
        List<Chunk> chunks = reader.chunks(4);
        List<OutboxRow> rows = ChunkProbe.rowsOf(chunks);
        get(store().park(
                        claim,
                        chunks,
                        List.of(
                                new Refusal(rows.get(0), Refusal.Kind.REFUSED, "too large"),
                                new Refusal(rows.get(1), Refusal.Kind.WAITS, "waits for it"),
                                new Refusal(rows.get(3), Refusal.Kind.WAITS, "waits for it"))));
        reader.cancel();
        get(store().release(claim));
        return rows;
    }

    /** What the shard's next owner finds before anything new, by its texts; nothing of it is settled. */
    List<String> nextOwnerFinds() {
        append(key(0, 1), "next");
        Claim claim = claimElsewhere(0);
        List<Chunk> released = get(fixture.otherNode().released(claim).runWith(Sink.seq(), materializer()));
        assertThat(released).allMatch(Chunk::released);
        List<String> texts = new ArrayList<>(texts(released));
        ChunkProbe reader = readElsewhere(claim);
        while (!texts.contains("next")) {
            texts.addAll(texts(List.of(reader.chunk())));
        }
        return texts;
    }

    @Test
    void anAggregateWaitsUntilAPersonHasDecided() {
        parkThreeOfFour();
        Claim claim = claim(0);
        assertThat(get(store().parked(claim))).satisfies(parked -> {
            assertThat(parked.rows()).isEqualTo(3);
            assertThat(parked.blocked()).extracting(Aggregate::id).containsExactly(key(0, 0));
        });
        assertThat(get(store().parked(claim(1)))).isEqualTo(Parked.NONE);
        assertThat(nextOwnerFinds()).containsExactly("next");
    }

    @Test
    void aReleasedRowComesFirstAndThenWhatWaitedForIt() {
        List<OutboxRow> rows = parkThreeOfFour();
        Map<String, Integer> decided = get(fixture.admin()
                .decide(Decision.RELEASE, List.of(rows.get(0).id(), rows.get(1).id(), "none")));
        assertThat(decided).isEqualTo(Map.of(rows.get(0).id(), Slots.of(key(0, 0))));
        assertThat(nextOwnerFinds()).containsExactly("1", "2", "3", "next");
        assertThat(get(store().parked(claim(0))).blocked()).isEmpty();
    }

    @Test
    void aSkippedRowNeverComesBackAndWhatWaitedForItDoes() {
        List<OutboxRow> rows = parkThreeOfFour();
        assertThat(get(fixture.admin().decide(Decision.SKIP, List.of(rows.get(0).id()))))
                .hasSize(1);
        assertThat(nextOwnerFinds()).containsExactly("2", "3", "next");
    }

    @Test
    void parkedRowsAreListedPageByPageWithoutTheirPayload() {
        List<OutboxRow> rows = parkThreeOfFour();
        List<ParkedRow> first = get(fixture.admin().parkedRows("", 2));
        List<ParkedRow> second = get(fixture.admin().parkedRows(first.get(1).place(), 2));
        List<ParkedRow> all = new ArrayList<>(first);
        all.addAll(second);
        assertThat(all).hasSize(3);
        assertThat(all)
                .filteredOn(row -> row.event().equals(rows.get(0).id()))
                .singleElement()
                .satisfies(row -> {
                    assertThat(row.state()).isEqualTo("refused");
                    assertThat(row.reason()).isEqualTo("too large");
                    assertThat(row.aggregateId()).isEqualTo(key(0, 0));
                    assertThat(row.attempts()).isEqualTo(1);
                });
    }

    @Test
    void rowsHeldForATopicAreTriedAgainByWhoeverComesNext() {
        appendRows(0, 2);
        Claim claim = claim(0);
        ChunkProbe reader = read(claim);
        List<Chunk> chunks = reader.chunks(2);
        List<OutboxRow> rows = ChunkProbe.rowsOf(chunks);
        get(store().park(
                        claim,
                        chunks,
                        rows.stream()
                                .map(row -> new Refusal(row, Refusal.Kind.HELD, "no such topic"))
                                .toList()));
        reader.cancel();
        get(store().release(claim));
        Claim next = claimElsewhere(0);
        List<Chunk> tried = get(fixture.otherNode().released(next).runWith(Sink.seq(), materializer()));
        if (tried.isEmpty()) {
            tried = readElsewhere(next).chunks(2);
        }
        assertThat(texts(tried)).containsExactly("0", "1");
        Refusal again = new Refusal(ChunkProbe.rowsOf(tried).get(1), Refusal.Kind.HELD, "still no such topic");
        get(fixture.otherNode().park(next, tried, List.of(again)));
        assertThat(fixture.parked()).containsExactly(rows.get(1).id() + ": still no such topic");
    }

    @Test
    void whoWasFencedSettlesNoReleasedRow() {
        parkThreeOfFour();
        List<String> events = get(fixture.admin().parkedRows("", 10)).stream()
                .map(ParkedRow::event)
                .toList();
        assertThat(get(fixture.admin().decide(Decision.RELEASE, events))).hasSize(1);
        Claim zombie = claim(0);
        List<Chunk> released = get(store().released(zombie).runWith(Sink.seq(), materializer()));
        claimElsewhere(0);
        if (!released.isEmpty()) {
            assertThat(Waits.failure(store().settle(zombie, released), LIMIT).fault())
                    .isEqualTo(Fault.FENCED);
            assertThat(fixture.parked()).hasSize(3);
        }
    }

    @Test
    void whoWasFencedParksNothing() {
        appendRows(0, 1);
        Claim zombie = claim(0);
        Chunk chunk = read(zombie).chunk();
        Claim owner = claimElsewhere(0);
        Refusal refusal = new Refusal(chunk.rows().get(0), Refusal.Kind.REFUSED, "too large");
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
        get(store().park(claim, first, List.of(new Refusal(poison, Refusal.Kind.REFUSED, "no such topic"))));
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
