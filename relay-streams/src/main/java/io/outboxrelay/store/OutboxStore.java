package io.outboxrelay.store;

import io.outboxrelay.model.Backlog;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.ShardId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Where committed events wait until they are acknowledged. Every stage returned fails with a
 * {@link io.outboxrelay.fault.RelayException}; FENCED means that somebody claimed the shard after this claim.
 */
public interface OutboxStore {

    /**
     * Takes the shard over: fences every earlier claim, has its carrier shut out, then reads the position; in this
     * order.
     */
    CompletionStage<Claim> claim(ShardId shard, Handover handover);

    /** Takes over a shard that nothing carries. */
    default CompletionStage<Claim> claim(ShardId shard) {
        return claim(shard, Handover.NONE);
    }

    /**
     * The rows after the claim's position, in order, for ever: waits where none are committed yet. Reading twice under
     * the same position yields the same rows in the same order; only a plain table can have a row that committed in
     * between among them. Cancel and then {@link #release} to stop.
     */
    Source<Chunk, NotUsed> read(Claim claim);

    /**
     * Records that all rows of these chunks, and of every chunk read before them, are acknowledged. Completes when that
     * is written.
     */
    CompletionStage<Done> settle(Claim claim, List<Chunk> chunks);

    /**
     * As {@link #settle}, and in the same transaction puts those rows of the chunks aside: a row is parked if and only
     * if the position has moved past it. Of released chunks, the rows that are refused again stay where they are.
     */
    CompletionStage<Done> park(Claim claim, List<Chunk> chunks, List<Refusal> refusals);

    /**
     * Puts rows aside durably before the position moves past them: for claims with a carrier, where the position moves
     * in Kafka. If it then does not, their next reader does so again.
     */
    default CompletionStage<Done> parkAhead(Claim claim, List<Refusal> refusals) {
        throw new UnsupportedOperationException("positions of this store are not carried");
    }

    /**
     * Notes that nothing sent under this claim is on its way any more, so that whoever comes next need not shut anybody
     * out. After {@link #release}, and only if the stream was drained.
     */
    default CompletionStage<Done> conclude(Claim claim) {
        return CompletableFuture.completedFuture(Done.getInstance());
    }

    /**
     * Who claimed the shard after this claim, as host:port; empty where nobody did, or that is not known. For claims with a
     * carrier: others learn it from what they may not settle.
     */
    default CompletionStage<Optional<String>> successor(Claim claim) {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    /** What was put aside by this claim and those before it. */
    CompletionStage<Parked> parked(Claim claim);

    /**
     * Rows that were put aside and may be tried again, in order, in released chunks; then it ends. They come before
     * everything that {@link #read} yields, so that each aggregate's order is kept.
     */
    Source<Chunk, NotUsed> released(Claim claim);

    /** What is committed and not acknowledged. */
    CompletionStage<Backlog> backlog(Claim claim);

    /** Forgets the claim on this node; what was settled before is written first. Safe to call twice. */
    CompletionStage<Done> release(Claim claim);
}
