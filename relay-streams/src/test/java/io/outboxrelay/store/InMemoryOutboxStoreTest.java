package io.outboxrelay.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.testkit.ChunkProbe;
import io.outboxrelay.testkit.ExactRereadContract;
import io.outboxrelay.testkit.InMemoryOutboxStore;
import io.outboxrelay.testkit.OpenTransaction;
import io.outboxrelay.testkit.StoreFixture;
import io.outboxrelay.testkit.Waits;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.junit.jupiter.api.Test;

/** The twin keeps the contract, or tests on it would prove nothing; and its own hooks do what they say. */
class InMemoryOutboxStoreTest extends ExactRereadContract {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private final RelayException planned = new RelayException(Fault.TRANSIENT, "planned");
    private final InMemoryOutboxStore twin = InMemoryOutboxStore.withShards("orders", 2);

    @Override
    protected StoreFixture open() {
        return new Fixture(new InMemoryOutboxStore("orders", 10, Clock.systemUTC()));
    }

    @Test
    void aPlannedFailureComesOnce() {
        twin.failNext(InMemoryOutboxStore.Operation.CLAIM, planned);
        assertThat(Waits.failure(twin.claim(new ShardId("orders", 0)), LIMIT)).isSameAs(planned);
        assertThat(Waits.get(twin.claim(new ShardId("orders", 0)), LIMIT).epoch())
                .isEqualTo(1);
    }

    @Test
    void heldSettlesWriteNothingUntilReleased() {
        twin.append("a", "one");
        int shard = twin.waitingRows(0) == 1 ? 0 : 1;
        Claim claim = Waits.get(twin.claim(new ShardId("orders", shard)), LIMIT);
        List<Chunk> read = ChunkProbe.start(twin, claim, materializer(), LIMIT).chunks(1);
        twin.holdSettles();
        CompletionStage<Done> settled = twin.settle(claim, read);
        assertThat(settled.toCompletableFuture()).isNotDone();
        assertThat(twin.settledRows()).isZero();
        twin.releaseSettles();
        assertThat(settled.toCompletableFuture()).isDone();
        assertThat(twin.settledRows()).isEqualTo(1);
    }

    private record Fixture(InMemoryOutboxStore twin) implements StoreFixture {
        @Override
        public String outbox() {
            return "orders";
        }

        @Override
        public int chunkRows() {
            return 10;
        }

        @Override
        public OutboxAdmin admin() {
            return twin;
        }

        @Override
        public OutboxStore store() {
            return twin;
        }

        @Override
        public OutboxStore otherNode() {
            return twin;
        }

        @Override
        public OpenTransaction begin() {
            return twin.begin();
        }

        @Override
        public List<String> parked() {
            return twin.parked().stream()
                    .map(refusal -> refusal.row().id() + ": " + refusal.reason())
                    .toList();
        }

        @Override
        public void close() {}
    }
}
