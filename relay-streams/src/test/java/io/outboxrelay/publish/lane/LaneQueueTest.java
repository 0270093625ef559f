package io.outboxrelay.publish.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.ShardId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LaneQueueTest {
    private static final ShardId A = new ShardId("orders", 0);
    private static final ShardId B = new ShardId("orders", 1);
    private static final RelayException OVER = new RelayException(Fault.TRANSIENT, "over");

    private final LaneQueue queue = new LaneQueue(10, 100);

    private static LaneSend send(ShardId shard, long epoch, int rows, String position) {
        return new LaneSend(shard, new Carried(epoch, position), LaneKit.numbers("t", "k", 0, rows));
    }

    @Test
    void onlyTheFirstSendStartsTheWorkAndAnEmptyBatchEndsIt() {
        assertThat(queue.offer(send(A, 1, 1, "p1"))).isTrue();
        assertThat(queue.offer(send(A, 1, 1, "p2"))).isFalse();
        assertThat(queue.next()).hasSize(2);
        assertThat(queue.next()).isEmpty();
        assertThat(queue.offer(send(A, 1, 1, "p3"))).isTrue();
    }

    @Test
    void aBatchIsBoundedInRowsAndBytesButTakesOneSendWhole() {
        queue.offer(send(A, 1, 60, "p1"));
        queue.offer(send(A, 1, 4, "p2"));
        queue.offer(send(B, 1, 6, "q1"));
        queue.offer(send(B, 1, 1, "q2"));
        assertThat(queue.next()).hasSize(1);
        assertThat(queue.next()).hasSize(2);
        assertThat(queue.next()).hasSize(1);
    }

    @Test
    void positionsAreCarriedFromTheirCommitUntilExactlyTheyAreSettled() {
        queue.offer(send(A, 1, 1, "p1"));
        queue.offer(send(A, 1, 1, "p2"));
        List<LaneSend> batch = queue.next();
        assertThat(queue.carriedAfter(batch)).isEqualTo(Map.of(A, new Carried(1, "p2")));
        assertThat(queue.position(A)).isEmpty();
        queue.committed(batch);
        queue.settled(A, new Carried(1, "p1"));
        queue.settled(A, new Carried(2, "p2"));
        assertThat(queue.position(A)).contains(new Carried(1, "p2"));
        queue.settled(A, new Carried(1, "p2"));
        assertThat(queue.carriedAfter(List.of())).isEmpty();
    }

    @Test
    void anEarlierEpochMayNeitherSendNorTakeOver() {
        queue.offer(send(A, 5, 1, "p1"));
        assertThatThrownBy(() -> queue.offer(send(A, 4, 1, "p2")))
                .isInstanceOfSatisfying(
                        RelayException.class, e -> assertThat(e.fault()).isEqualTo(Fault.FENCED));
        assertThatThrownBy(() -> queue.takeOver(A, 4, new CompletableFuture<>()))
                .isInstanceOf(RelayException.class);
        LaneQueue.TakenOver taken = queue.takeOver(A, 6, new CompletableFuture<>());
        assertThat(taken.dropped()).hasSize(1);
        assertThat(taken.answerWaits()).isFalse();
    }

    @Test
    void whatRemainsOfADeadLaneIsHandedOutOnce() {
        queue.offer(send(A, 1, 1, "p1"));
        queue.next();
        queue.offer(send(B, 1, 1, "q1"));
        queue.takeOver(A, 2, new CompletableFuture<>());
        LaneQueue.Remains remains = queue.die(OVER);
        assertThat(remains.isFirst()).isTrue();
        assertThat(remains.sends()).hasSize(2);
        assertThat(remains.answers()).hasSize(1);
        assertThat(queue.die(OVER).isFirst()).isFalse();
        assertThat(queue.next()).isEmpty();
        assertThatThrownBy(() -> queue.offer(send(A, 3, 1, "p"))).isSameAs(OVER);
    }

    @Test
    void closingWaitsForTheRunningBatchAndEndsOnce() {
        queue.offer(send(A, 1, 1, "p1"));
        List<LaneSend> batch = queue.next();
        queue.offer(send(A, 1, 1, "p2"));
        assertThat(queue.beginClose()).hasSize(1);
        assertThat(queue.endClosed(OVER)).isFalse();
        queue.committed(batch);
        assertThat(queue.next()).isEmpty();
        assertThat(queue.endClosed(OVER)).isTrue();
        assertThat(queue.endClosed(OVER)).isFalse();
    }
}
