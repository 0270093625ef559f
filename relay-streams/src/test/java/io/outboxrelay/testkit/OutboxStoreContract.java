package io.outboxrelay.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Backlog;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What every outbox store promises. A store's own test extends this and says how to open one. */
public abstract class OutboxStoreContract extends EditContract {

    @Test
    void aRowCarriesWhatItsWriterWrote() {
        append(key(0, 0), "söme text");
        OutboxRow row = read(claim(0)).rows(1).get(0);
        assertThat(TestEvent.of(row)).isEqualTo(new TestEvent(key(0, 0), "söme text"));
        assertThat(row.aggregateType()).isEqualTo("orders");
        assertThat(row.type()).isEqualTo("Tested");
        assertThat(row.id()).isNotBlank();
    }

    @Test
    void whatWasWrittenAfterACommitComesAfterIt() {
        OpenTransaction bystander = fixture.begin().append(key(0, 2), "bystander");
        OpenTransaction early = fixture.begin().append(key(0, 1), "early, other key");
        append(key(0, 0), "first");
        early.append(key(0, 0), "second").commit();
        append(key(0, 0), "third");
        ChunkProbe reader = read(claim(0));
        assertThat(reader.texts(4)).containsSubsequence("first", "second", "third");
        bystander.commit();
        assertThat(reader.texts(1)).containsExactly("bystander");
    }

    @Test
    void rowsOfOneTransactionComeInTheOrderOfWriting() {
        List<String> texts = appendRows(0, 3 * fixture.chunkRows() + 1);
        assertThat(read(claim(0)).texts(texts.size())).isEqualTo(texts);
    }

    @Test
    void aLateCommitIsDeliveredAlthoughLaterRowsWereSettled() {
        OpenTransaction late = fixture.begin().append(key(0, 0), "late");
        append(key(0, 1), "early");
        Claim claim = claim(0);
        ChunkProbe reader = read(claim);
        Chunk early = reader.chunk();
        assertThat(texts(List.of(early))).containsExactly("early");
        settle(claim, early);
        late.commit();
        assertThat(reader.texts(1)).containsExactly("late");
    }

    @Test
    void aLateCommitIsDeliveredToTheNextOwner() {
        OpenTransaction late = fixture.begin().append(key(0, 0), "late");
        append(key(0, 1), "early");
        Claim claim = claim(0);
        settle(claim, read(claim).chunk());
        Claim next = claimElsewhere(0);
        late.commit();
        append(key(0, 1), "marker");
        assertThat(readElsewhere(next).texts(2)).containsExactlyInAnyOrder("late", "marker");
    }

    @Test
    void whatWasRolledBackNeverAppears() {
        ChunkProbe reader = read(claim(0));
        fixture.begin().append(key(0, 0), "rolled back").rollback();
        fixture.begin()
                .append(key(0, 0), "kept")
                .savepoint()
                .append(key(0, 0), "rolled back to the savepoint")
                .rollbackToSavepoint()
                .append(key(0, 0), "kept too")
                .commit();
        append(key(0, 0), "marker");
        assertThat(reader.texts(3)).containsExactly("kept", "kept too", "marker");
    }

    @Test
    void aClaimRepeatsExactlyTheUnsettledRows() {
        List<String> texts = appendRows(0, 3 * fixture.chunkRows());
        Claim claim = claim(0);
        ChunkProbe reader = read(claim);
        Chunk first = reader.chunk();
        settle(claim, first);
        List<OutboxRow> unsettled = reader.rows(texts.size() - first.rows().size());
        ChunkProbe next = readElsewhere(claimElsewhere(0));
        assertThat(printed(next.rows(unsettled.size()))).isEqualTo(printed(unsettled));
        append(key(0, 0), "marker");
        assertThat(next.texts(1)).containsExactly("marker");
    }

    @Test
    void readingAgainKeepsTheOrderWhateverWasCommittedSince() {
        List<String> rest = readWithoutSettling();
        for (int time = 0; time < 3; time++) {
            List<OutboxRow> again = readElsewhere(claimElsewhere(0)).rows(rest.size() + 2);
            assertThat(printed(again)).containsSubsequence(rest);
            assertThat(again).extracting(row -> TestEvent.of(row).text()).contains("late", "new");
        }
    }

    @Test
    void aZombieCannotSettleAndChangesNothing() {
        List<String> texts = appendRows(0, 2 * fixture.chunkRows());
        Claim zombie = claim(0);
        Chunk first = read(zombie).chunk();
        Claim owner = claimElsewhere(0);
        assertThat(owner.epoch()).isGreaterThan(zombie.epoch());
        RelayException fenced = failure(zombie, first);
        assertThat(fenced.fault()).isEqualTo(Fault.FENCED);
        assertThat(fenced.successor()).as("who has taken it").isPresent();
        get(store().release(zombie));
        ChunkProbe reader = readElsewhere(owner);
        List<Chunk> all = reader.chunks(texts.size());
        assertThat(texts(all)).isEqualTo(texts);
        get(fixture.otherNode().settle(owner, all));
        assertThat(failure(zombie, first).fault()).isEqualTo(Fault.FENCED);
        assertThat(get(fixture.otherNode().backlog(owner)).rows()).isZero();
    }

    @Test
    void aClaimOnTheSameNodeFencesTheOlderOneToo() {
        appendRows(0, 1);
        Claim zombie = claim(0);
        Chunk chunk = read(zombie).chunk();
        Claim owner = claim(0);
        assertThat(failure(zombie, chunk).fault()).isEqualTo(Fault.FENCED);
        settle(owner, read(owner).chunk());
    }

    @Test
    void twoShardsNeverSeeEachOthersRows() {
        append(key(0, 0), "of shard 0");
        append(key(1, 0), "of shard 1");
        Claim zero = claim(0);
        Claim one = claim(1);
        ChunkProbe zeroReader = read(zero);
        ChunkProbe oneReader = read(one);
        settle(zero, zeroReader.chunk());
        assertThat(get(store().backlog(one)).rows()).isEqualTo(1);
        assertThat(oneReader.texts(1)).containsExactly("of shard 1");
        append(key(0, 0), "more of shard 0");
        append(key(1, 0), "more of shard 1");
        assertThat(zeroReader.texts(1)).containsExactly("more of shard 0");
        assertThat(oneReader.texts(1)).containsExactly("more of shard 1");
    }

    @Test
    void settlingAChunkSettlesAllBeforeItAndRepeatingItChangesNothing() {
        int rows = 4 * fixture.chunkRows();
        appendRows(0, rows);
        Claim claim = claim(0);
        ChunkProbe reader = read(claim);
        Chunk first = reader.chunk();
        Chunk second = reader.chunk();
        Chunk third = reader.chunk();
        settle(claim, second);
        settle(claim, second);
        settle(claim, first);
        int settled = first.rows().size() + second.rows().size();
        assertThat(get(store().backlog(claim)).rows()).isEqualTo(rows - settled);
        settle(claim, second, third);
        settled += third.rows().size();
        List<OutboxRow> left = readElsewhere(claimElsewhere(0)).rows(rows - settled);
        assertThat(TestEvent.of(left.get(0)).text()).isEqualTo(Integer.toString(settled));
    }

    @Test
    void theBacklogIsWhatIsCommittedAndNotSettled() {
        Claim claim = claim(0);
        assertThat(get(store().backlog(claim))).isEqualTo(Backlog.NONE);
        OpenTransaction open = fixture.begin().append(key(0, 0), "not committed");
        int rows = 2 * fixture.chunkRows() + 1;
        appendRows(0, rows);
        append(key(1, 0), "of another shard");
        Backlog before = get(store().backlog(claim));
        assertThat(before.rows()).isEqualTo(rows);
        assertThat(before.capped()).isFalse();
        await().atMost(LIMIT)
                .until(() -> get(store().backlog(claim)).oldestAge().compareTo(before.oldestAge()) > 0);
        assertThat(before.oldestAge()).isBetween(Duration.ZERO, LIMIT);
        ChunkProbe reader = read(claim);
        Chunk first = reader.chunk();
        settle(claim, first);
        assertThat(get(store().backlog(claim)).rows())
                .isEqualTo(rows - first.rows().size());
        get(store().settle(claim, reader.chunks(rows - first.rows().size())));
        assertThat(get(store().backlog(claim))).isEqualTo(Backlog.NONE);
        open.rollback();
    }

    @Test
    void aReleasedShardGoesOnElsewhereWhereItWasLeft() {
        List<String> texts = appendRows(0, 3 * fixture.chunkRows());
        Claim claim = claim(0);
        ChunkProbe reader = read(claim);
        Chunk first = reader.chunk();
        settle(claim, first);
        reader.cancel();
        get(store().release(claim));
        get(store().release(claim));
        Claim next = claimElsewhere(0);
        assertThat(next.epoch()).isGreaterThan(claim.epoch());
        List<String> rest = texts.subList(first.rows().size(), texts.size());
        assertThat(readElsewhere(next).texts(rest.size())).isEqualTo(rest);
    }

    @Test
    void aShardThatWasReleasedCanBeClaimedAgainOnTheSameNode() {
        append(key(0, 0), "first");
        Claim claim = claim(0);
        ChunkProbe reader = read(claim);
        settle(claim, reader.chunk());
        reader.cancel();
        get(store().release(claim));
        append(key(0, 0), "second");
        ChunkProbe again = read(claim(0));
        assertThat(again.texts(1)).containsExactly("second");
        append(key(0, 0), "third");
        assertThat(again.texts(1)).containsExactly("third");
    }

    @Test
    void readingWaitsWhileNothingIsCommittedAndGoesOnWhenARowArrives() {
        ChunkProbe reader = read(claim(0));
        for (String text : List.of("one", "two", "three")) {
            CompletableFuture<Optional<Chunk>> pull = reader.pull();
            append(key(1, 0), "of another shard");
            assertThat(pull.isDone() ? rowsOf(pull) : List.of())
                    .as("a chunk may come meanwhile that only moves the position on")
                    .isEmpty();
            append(key(0, 0), text);
            List<OutboxRow> rows = rowsOf(pull);
            assertThat(TestEvent.of(rows.isEmpty() ? reader.rows(1).get(0) : rows.get(0))
                            .text())
                    .isEqualTo(text);
        }
    }

    @Test
    void aDatabaseThatTakesWritesIsAPrimary() {
        assertThat(get(fixture.admin().isPrimary())).isTrue();
    }

    @Test
    void purgingTakesNothingThatWaits() {
        List<String> texts = appendRows(0, 2 * fixture.chunkRows());
        Claim claim = claim(0);
        Chunk first = read(claim).chunk();
        settle(claim, first);
        get(fixture.admin().purge());
        List<String> rest = texts.subList(first.rows().size(), texts.size());
        assertThat(readElsewhere(claimElsewhere(0)).texts(rest.size())).isEqualTo(rest);
    }

    @Test
    void theFirstNumberOfShardsIsKept() {
        assertThat(get(fixture.admin().shards(SHARDS + 3))).isEqualTo(SHARDS);
        assertThat(get(fixture.admin().shards(SHARDS))).isEqualTo(SHARDS);
        assertThat(claim(SHARDS - 1).slots().high()).isEqualTo(1023);
    }

    @Test
    void aShardThatDoesNotExistCannotBeClaimed() {
        RelayException failure = Waits.failure(store().claim(shard(SHARDS)), LIMIT);
        assertThat(failure).hasMessageContaining(shard(SHARDS).toString());
    }

    /** Rows of shard 0 that were read and not settled, as printed; a late row and a new one were committed since. */
    final List<String> readWithoutSettling() {
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
        return rest;
    }

    private RelayException failure(Claim claim, Chunk chunk) {
        return Waits.failure(store().settle(claim, List.of(chunk)), LIMIT);
    }

    private static List<OutboxRow> rowsOf(CompletableFuture<Optional<Chunk>> pull) {
        return get(pull).map(Chunk::rows).orElseThrow();
    }
}
