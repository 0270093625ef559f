package io.outboxrelay.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.Test;

/** The part of the store contract that reads all shards at once. */
abstract class ManyRowsContract extends StoreScene {
    private static final int MANY = 20_000;
    private static final int PER_TRANSACTION = 100;

    @Test
    void manyRowsArriveExactlyOnceInBoundedChunksAtASlowReader() {
        List<TestEvent> events = new ArrayList<>();
        for (int n = 0; n < MANY; n++) {
            events.add(new TestEvent("key-" + n % 197, Integer.toString(n)));
        }
        append(events.subList(0, MANY / 2));
        Queue<Chunk> chunks = readAllShards(Duration.ofMillis(2));
        append(events.subList(MANY / 2, MANY));

        List<OutboxRow> rows = rowsUpToMarkers(chunks, MANY);
        Verdict verdict = Verdict.of(
                events.stream().map(ManyRowsContract::byText).toList(),
                rows.stream().map(TestEvent::of).map(ManyRowsContract::byText).toList());
        assertThat(verdict).isEqualTo(new Verdict(0, 0, 0, 0, List.of()));
        assertThat(chunks).extracting(chunk -> chunk.rows().size()).allMatch(size -> size <= fixture.chunkRows());
    }

    @Test
    void rowsWithoutAKeyBelongToExactlyOneShard() {
        OpenTransaction transaction = fixture.begin();
        for (int n = 0; n < PER_TRANSACTION; n++) {
            transaction.append(null, Integer.toString(n));
        }
        transaction.commit();
        Queue<Chunk> chunks = readAllShards(Duration.ofMillis(1));
        assertThat(rowsUpToMarkers(chunks, PER_TRANSACTION))
                .extracting(OutboxRow::id)
                .doesNotHaveDuplicates()
                .hasSize(PER_TRANSACTION);
    }

    private void append(List<TestEvent> events) {
        for (int from = 0; from < events.size(); from += PER_TRANSACTION) {
            fixture.append(events.subList(from, from + PER_TRANSACTION));
        }
    }

    private Queue<Chunk> readAllShards(Duration pausePerChunk) {
        Queue<Chunk> chunks = new ConcurrentLinkedQueue<>();
        for (int shard = 0; shard < SHARDS; shard++) {
            Claim claim = claim(shard);
            store().read(claim)
                    .throttle(1, pausePerChunk)
                    .mapAsync(1, chunk -> store().settle(claim, List.of(chunk)).thenApply(done -> chunk))
                    .runWith(Sink.foreach(chunks::add), materializer);
        }
        return chunks;
    }

    /** Waits for `count` rows, then for one more of every shard, so that a repeat at the end would show. */
    private List<OutboxRow> rowsUpToMarkers(Queue<Chunk> chunks, int count) {
        await().atMost(LIMIT).until(() -> rowsOf(chunks).size() >= count);
        for (int shard = 0; shard < SHARDS; shard++) {
            append(key(shard, 0), "marker");
        }
        await().atMost(LIMIT).until(() -> markersIn(chunks) >= SHARDS);
        List<OutboxRow> rows = new ArrayList<>(rowsOf(chunks));
        rows.removeIf(ManyRowsContract::isMarker);
        return rows;
    }

    private static long markersIn(Collection<Chunk> chunks) {
        return rowsOf(chunks).stream().filter(ManyRowsContract::isMarker).count();
    }

    private static boolean isMarker(OutboxRow row) {
        return TestEvent.of(row).text().equals("marker");
    }

    private static List<OutboxRow> rowsOf(Collection<Chunk> chunks) {
        return ChunkProbe.rowsOf(List.copyOf(chunks));
    }

    private static Verdict.Event byText(TestEvent event) {
        return new Verdict.Event(event.key(), event.text());
    }
}
