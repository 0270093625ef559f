package io.outboxrelay.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.testkit.OpenTransaction;
import io.outboxrelay.testkit.Verdict;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Starts and stops one shard's stream over and over while rows arrive. A failure names the seed of its run. */
class ShardStreamStressTest extends GraphScene {
    private static final int ROUNDS = 50;
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    @Test
    void fiftyPlannedHandOversLoseRepeatAndReorderNothing() {
        for (int round = 0; round < ROUNDS; round++) {
            ShardStream stream = startAmongWriters();
            drain(stream);
            assertThat(store.settledRows()).as("round %d, seed %d", round, seed).isEqualTo(publisher.sentRows());
        }
        finish();
        assertThat(verdict()).as("seed %d", seed).isEqualTo(new Verdict(0, 0, 0, 0, List.of()));
    }

    @Test
    void fiftyCrashesRepeatOnlyWhatWasNotSettled() {
        long window = 0;
        for (int round = 0; round < ROUNDS; round++) {
            ShardStream stream = startAmongWriters();
            stream.abort(new RelayException(Fault.TRANSIENT, "crash " + round));
            assertThat(failureOf(stream)).hasMessage("crash " + round);
            window += MAX_IN_FLIGHT;
        }
        finish();
        assertThat(verdict().isAtLeastOnce()).as("%s, seed %d", verdict(), seed).isTrue();
        assertThat(verdict().duplicates()).as("seed %d", seed).isLessThanOrEqualTo(window);
    }

    @Test
    void takingOverFromARunningZombieFiftyTimesKeepsOrder() {
        for (int round = 0; round < ROUNDS; round++) {
            ShardStream zombie = startAmongWriters();
            ShardStream owner = start();
            append(1);
            eventually(() -> store.waitingRows(0) == 0);
            assertThat(failureOf(zombie).fault()).as("seed %d", seed).isEqualTo(Fault.FENCED);
            drain(owner);
        }
        assertThat(verdict().isAtLeastOnce()).as("%s, seed %d", verdict(), seed).isTrue();
    }

    private ShardStream startAmongWriters() {
        OpenTransaction late = store.begin().append("late", "late");
        append(random.nextInt(60));
        ShardStream stream = start();
        append(random.nextInt(60));
        late.commit();
        append(random.nextInt(60));
        int atLeast = publisher.sentRows() + random.nextInt(1 + (int) store.waitingRows(0) / 2);
        eventually(() -> publisher.sentRows() >= atLeast || store.waitingRows(0) == 0);
        return stream;
    }

    private void finish() {
        ShardStream last = start();
        eventually(() -> store.waitingRows(0) == 0);
        drain(last);
    }
}
