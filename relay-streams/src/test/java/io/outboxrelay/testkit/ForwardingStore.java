package io.outboxrelay.testkit;

import io.outboxrelay.model.Backlog;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.store.Handover;
import io.outboxrelay.store.OutboxStore;
import io.outboxrelay.store.Parked;
import io.outboxrelay.store.Refusal;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/** Passes every call on; to be extended where a test wants one of them to be different. */
public class ForwardingStore implements OutboxStore {
    private final OutboxStore store;

    protected ForwardingStore(OutboxStore store) {
        this.store = store;
    }

    @Override
    public CompletionStage<Claim> claim(ShardId shard, Handover handover) {
        return store.claim(shard, handover);
    }

    @Override
    public Source<Chunk, NotUsed> read(Claim claim) {
        return store.read(claim);
    }

    @Override
    public CompletionStage<Done> settle(Claim claim, List<Chunk> chunks) {
        return store.settle(claim, chunks);
    }

    @Override
    public CompletionStage<Done> park(Claim claim, List<Chunk> chunks, List<Refusal> refusals) {
        return store.park(claim, chunks, refusals);
    }

    @Override
    public CompletionStage<Done> parkAhead(Claim claim, List<Refusal> refusals) {
        return store.parkAhead(claim, refusals);
    }

    @Override
    public CompletionStage<Done> conclude(Claim claim) {
        return store.conclude(claim);
    }

    @Override
    public CompletionStage<Parked> parked(Claim claim) {
        return store.parked(claim);
    }

    @Override
    public Source<Chunk, NotUsed> released(Claim claim) {
        return store.released(claim);
    }

    @Override
    public CompletionStage<Backlog> backlog(Claim claim) {
        return store.backlog(claim);
    }

    @Override
    public CompletionStage<Optional<String>> successor(Claim claim) {
        return store.successor(claim);
    }

    @Override
    public CompletionStage<Done> release(Claim claim) {
        return store.release(claim);
    }
}
