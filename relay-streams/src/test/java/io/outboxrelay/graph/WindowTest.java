package io.outboxrelay.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.Position;
import io.outboxrelay.model.ShardId;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WindowTest {
    private final Window window = new Window(10);

    @Test
    void lets10RowsInAndTheNextOnesWhenSomeAreSettled() {
        assertThat(enter(chunk(6))).isDone();
        assertThat(enter(chunk(4))).isDone();
        CompletableFuture<Chunk> waiting = enter(chunk(5));
        assertThat(waiting).isNotDone();
        window.leave(chunk(4));
        assertThat(waiting).as("one row too many").isNotDone();
        window.leave(chunk(6));
        assertThat(waiting).isDone();
        assertThat(enter(chunk(5))).isDone();
    }

    @Test
    void aChunkThatIsLargerGoesAlone() {
        assertThat(enter(chunk(1))).isDone();
        CompletableFuture<Chunk> large = enter(chunk(11));
        assertThat(large).isNotDone();
        window.leave(chunk(1));
        assertThat(large).isDone();
        assertThat(enter(chunk(1))).isNotDone();
    }

    @Test
    void chunksWithoutRowsNeedNoRoom() {
        assertThat(enter(chunk(10))).isDone();
        assertThat(enter(chunk(0))).isDone();
    }

    @Test
    void onlyOneWaits() {
        assertThat(enter(chunk(10))).isDone();
        assertThat(enter(chunk(1))).isNotDone();
        assertThatThrownBy(() -> enter(chunk(1))).isInstanceOf(IllegalStateException.class);
    }

    private CompletableFuture<Chunk> enter(Chunk chunk) {
        return window.enter(chunk).toCompletableFuture();
    }

    private static Chunk chunk(int rows) {
        List<OutboxRow> list = IntStream.range(0, rows)
                .mapToObj(n -> new OutboxRow(n, "e" + n, "order", "7", "paid", null, null, Instant.EPOCH))
                .toList();
        return new Chunk(new ShardId("orders", 0), list, new Position() {});
    }
}
