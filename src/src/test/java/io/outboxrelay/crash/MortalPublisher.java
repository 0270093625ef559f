package io.outboxrelay.crash;

import io.outboxrelay.crash.Life.Point;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.publish.Delivery;
import io.outboxrelay.publish.Gate;
import io.outboxrelay.publish.Publisher;
import io.outboxrelay.store.Handover;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;

/** A publisher whose node may end before or after Kafka's acknowledgement. */
record MortalPublisher(Publisher publisher, Life life, Windows windows, String node) implements Publisher {
    @Override
    public Flow<Chunk, Delivery, NotUsed> flow(Gate gate) {
        return Flow.of(Chunk.class)
                .map(chunk -> {
                    windows.entered(node, gate.claim(), chunk);
                    return chunk;
                })
                .mapAsync(1, chunk -> life.at(Point.SENDING).thenApply(done -> chunk))
                .via(publisher.flow(gate))
                .mapAsync(1, delivery -> life.at(Point.ACKNOWLEDGED).thenApply(done -> delivery));
    }

    @Override
    public CompletionStage<Handover.Terms> takeOver(ShardId shard, long epoch, String carrier) {
        return life.isDead() ? new CompletableFuture<>() : publisher.takeOver(shard, epoch, carrier);
    }

    @Override
    public CompletionStage<Done> close() {
        return publisher.close();
    }
}
