package io.outboxrelay.simulation;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.publish.Delivery;
import io.outboxrelay.publish.Gate;
import io.outboxrelay.publish.Publisher;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;

/**
 * A topic of one partition and the producers that write to it. What a stream sends arrives in order or, from a failure on,
 * not at all; it may arrive after its stream, or its node, has ended.
 */
final class SimulatedTopic {
    private static final int CHUNKS_IN_FLIGHT = 4;
    private static final long LOOK_AGAIN_MILLIS = 50;

    /** One record. */
    record Publication(OutboxRow row, Claim claim) {}

    private final boolean honest;
    private final List<Publication> log = new ArrayList<>();
    private long downUntilMillis;

    SimulatedTopic(boolean honest) {
        this.honest = honest;
    }

    List<Publication> log() {
        return log;
    }

    void breakDown(long untilMillis) {
        downUntilMillis = untilMillis;
    }

    Publisher publisher(World world, SimulatedNode node) {
        return new Publisher() {
            @Override
            public Flow<Chunk, Delivery, NotUsed> flow(Gate gate) {
                Producer producer = new Producer(world, node);
                return Flow.of(Chunk.class)
                        .mapAsync(
                                CHUNKS_IN_FLIGHT,
                                chunk -> producer.send(
                                        gate.claim(),
                                        gate.screen(chunk, n -> chunk.rows().get(n))));
            }

            @Override
            public CompletionStage<Done> close() {
                return CompletableFuture.completedFuture(Done.getInstance());
            }
        };
    }

    private record Sent(Claim claim, Gate.Screened<OutboxRow> screened, CompletableFuture<Delivery> answer) {}

    /** Of one stream. */
    private final class Producer {
        private final World world;
        private final SimulatedNode node;
        private final Deque<Sent> underWay = new ArrayDeque<>();
        private boolean broken;

        Producer(World world, SimulatedNode node) {
            this.world = world;
            this.node = node;
        }

        CompletionStage<Delivery> send(Claim claim, Gate.Screened<OutboxRow> screened) {
            CompletableFuture<Delivery> answer = new CompletableFuture<>();
            if (!node.isDead()) {
                world.judge().sent(node, claim, screened.messages());
                underWay.add(new Sent(claim, screened, answer));
                world.timeline().after(world.luck().delayMillis(), this::arrive);
            }
            return answer;
        }

        /** What was sent first arrives first, whichever's time it is. */
        private void arrive() {
            if (world.timeline().nowMillis() < downUntilMillis) {
                world.timeline().after(LOOK_AGAIN_MILLIS, this::arrive);
                return;
            }
            Sent first = underWay.remove();
            List<OutboxRow> rows = first.screened().messages();
            broken |= node.isDead() && world.luck().percent(30);
            if (!broken && world.luck().trouble(1.5)) {
                broken = true;
                append(first.claim(), rows.subList(0, world.luck().below(rows.size() + 1)));
                world.trace().note("send failed", node + " " + first.claim().shard());
            } else if (!broken) {
                append(first.claim(), rows);
            }
            boolean arrived = !broken;
            world.timeline().after(world.luck().delayMillis(), () -> node.enter(() -> answer(first, arrived)));
        }

        private void answer(Sent sent, boolean arrived) {
            if (arrived) {
                sent.answer().complete(sent.screened().delivered());
            } else {
                sent.answer().completeExceptionally(new RelayException(Fault.TRANSIENT, "simulated failure of a send"));
            }
        }

        private void append(Claim claim, List<OutboxRow> rows) {
            for (OutboxRow row : rows) {
                if (honest || !world.luck().percent(1)) {
                    log.add(new Publication(row, claim));
                    world.judge().published(claim, row);
                }
            }
        }
    }
}
