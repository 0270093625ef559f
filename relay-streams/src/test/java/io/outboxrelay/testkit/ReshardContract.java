package io.outboxrelay.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.SlotRange;
import io.outboxrelay.model.Slots;
import io.outboxrelay.store.OutboxStore;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every store promises of its shards being dealt anew. */
public abstract class ReshardContract extends ManyRowsContract {
    private static final int KEYS = 40;

    /** What was committed and not delivered yet, as `key text`, in the order of writing. */
    private final List<String> due = new ArrayList<>();

    private int written;

    @Test
    void shardsThatStandAtDifferentPlacesAreMergedWithoutLossRepeatOrReordering() {
        write(5);
        int shards = SHARDS;
        for (int count : List.of(2, 3, 8, 1, 5, 4)) {
            for (int shard = 0; shard < shards; shard++) {
                deliver(shard, shards, shard % 3);
                write(1);
            }
            get(fixture.admin().reshard(count));
            shards = count;
            assertThat(get(fixture.admin().shards(SHARDS))).isEqualTo(count);
            assertThat(get(fixture.admin().countShards())).isEqualTo(count);
        }
        for (int shard = 0; shard < shards; shard++) {
            deliver(shard, shards, Integer.MAX_VALUE);
        }
        assertThat(due).isEmpty();
    }

    @Test
    void aTransactionThatIsOpenMeanwhileIsDeliveredByTheNewOwner() {
        OpenTransaction late = fixture.begin().append(key(0, 0), "late");
        append(key(0, 1), "early");
        Claim claim = claim(0);
        settle(claim, read(claim).chunk());
        get(store().release(claim));
        get(fixture.admin().reshard(1));
        ChunkProbe reader = read(claim(0));
        late.commit();
        append(key(3, 0), "later, of another shard before");
        assertThat(reader.texts(2)).containsExactlyInAnyOrder("late", "later, of another shard before");
    }

    @Test
    void mergedShardsKeepUpWithOthersOnceTheyHavePassedWhatWasDone() {
        write(3);
        deliver(1, SHARDS, Integer.MAX_VALUE);
        get(fixture.admin().reshard(2));
        write(2);
        deliver(0, 2, Integer.MAX_VALUE);
        deliver(1, 2, Integer.MAX_VALUE);
        write(1);
        deliver(0, 2, Integer.MAX_VALUE);
        deliver(1, 2, Integer.MAX_VALUE);
        assertThat(due).isEmpty();
    }

    @Test
    void claimsOfBeforeAreFencedAlsoWhenTheirShardIsGoneAndComesBack() {
        appendRows(0, 1);
        appendRows(3, 1);
        Claim kept = claim(0);
        Chunk ofKept = read(kept).chunk();
        Claim gone = claim(3);
        Chunk ofGone = read(gone).chunk();
        get(fixture.admin().reshard(2));
        get(fixture.admin().reshard(SHARDS));
        assertThat(claimElsewhere(3).epoch()).isGreaterThan(gone.epoch());
        assertThat(failure(kept, ofKept).fault()).isEqualTo(Fault.FENCED);
        assertThat(failure(gone, ofGone).fault()).isEqualTo(Fault.FENCED);
    }

    @Test
    void dealingToAsManyShardsAsThereAreChangesNothing() {
        appendRows(0, 1);
        Claim claim = claim(0);
        Chunk chunk = read(claim).chunk();
        get(fixture.admin().reshard(SHARDS));
        settle(claim, chunk);
    }

    @Test
    void afterwardsEverySlotHasItsShard() {
        get(fixture.admin().reshard(7));
        List<SlotRange> slots =
                IntStream.range(0, 7).mapToObj(shard -> claim(shard).slots()).toList();
        assertThat(slots).isEqualTo(Slots.split(7));
    }

    private void write(int perKey) {
        List<TestEvent> events = new ArrayList<>();
        for (int n = 0; n < perKey; n++) {
            for (int key = 0; key < KEYS; key++) {
                events.add(new TestEvent("key-" + key, Integer.toString(written++)));
            }
        }
        fixture.append(events);
        events.forEach(event -> due.add(event.key() + " " + event.text()));
    }

    /** Takes at most that many chunks of a shard and settles them; each must be the next of its key. */
    private void deliver(int shard, int shards, int chunks) {
        SlotRange slots = Slots.split(shards).get(shard);
        OutboxStore store = shard % 2 == 0 ? store() : fixture.otherNode();
        Claim claim = shard % 2 == 0 ? claim(shard) : claimElsewhere(shard);
        ChunkProbe reader = shard % 2 == 0 ? read(claim) : readElsewhere(claim);
        for (int n = 0; n < chunks && due.stream().anyMatch(event -> slots.contains(slot(event))); n++) {
            List<Chunk> taken = List.of(reader.chunk());
            ChunkProbe.rowsOf(taken).stream().map(TestEvent::of).forEach(this::delivered);
            get(store.settle(claim, taken));
        }
        reader.cancel();
        get(store.release(claim));
    }

    private void delivered(TestEvent event) {
        String next = due.stream()
                .filter(waiting -> waiting.startsWith(event.key() + " "))
                .findFirst()
                .orElse("nothing, key " + event.key());
        assertThat(event.key() + " " + event.text()).isEqualTo(next);
        due.remove(next);
    }

    private static int slot(String event) {
        return Slots.of(event.substring(0, event.indexOf(' ')));
    }

    private RelayException failure(Claim claim, Chunk chunk) {
        return Waits.failure(store().settle(claim, List.of(chunk)), LIMIT);
    }
}
