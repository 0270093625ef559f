package io.outboxrelay.publish.lane;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.ShardId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a lane holds: sends that wait, the sends of the running transaction, and the positions that were committed and are
 * not settled. It completes no future itself, so that no caller's code runs while it is locked.
 *
 * <pre>
 *   OPEN --close--> CLOSING --transaction over--> ENDED
 *   OPEN, CLOSING --any failure--> ENDED
 * </pre>
 */
final class LaneQueue {
    /** An answer that waits for the running transaction. */
    record Answer(CompletableFuture<Optional<Carried>> future, ShardId shard) {}

    /** What taking a shard over found: sends to be failed, and the shard's position unless the answer has to wait. */
    record TakenOver(List<LaneSend> dropped, boolean answerWaits, Optional<Carried> position) {}

    /** Everything that has to be failed because the lane ended. */
    record Remains(boolean isFirst, List<LaneSend> sends, List<Answer> answers) {}

    /** Which epoch a shard is sent under; earlier ones are refused. */
    private final Map<ShardId, Long> epochs = new HashMap<>();

    private final Map<ShardId, Carried> carried = new LinkedHashMap<>();
    private final Deque<LaneSend> waiting = new ArrayDeque<>();
    private final List<Answer> answers = new ArrayList<>();
    private final int maxRows;
    private final long maxBytes;
    private List<LaneSend> running = List.of();
    private boolean working;
    private boolean closing;
    private @Nullable RelayException end;

    LaneQueue(int maxRows, long maxBytes) {
        this.maxRows = maxRows;
        this.maxBytes = maxBytes;
    }

    /**
     * Takes a send in; says whether somebody must start working.
     *
     * @throws RelayException if the lane is over, or FENCED if the shard has a newer epoch
     */
    synchronized boolean offer(LaneSend send) {
        if (end != null) {
            throw end;
        }
        if (closing) {
            throw new RelayException(Fault.TRANSIENT, "send of shard " + send.shard() + ": the lane is being closed");
        }
        admit(send.shard(), send.after().epoch());
        waiting.add(send);
        boolean start = !working;
        working = true;
        return start;
    }

    private void admit(ShardId shard, long epoch) {
        Long known = epochs.get(shard);
        if (known != null && known > epoch) {
            throw new RelayException(
                    Fault.FENCED, "shard " + shard + " is sent under epoch " + known + " now, not under " + epoch);
        }
        epochs.put(shard, epoch);
    }

    /** The sends of the next transaction; none if there is nothing to do, and then nobody works any more. */
    synchronized List<LaneSend> next() {
        List<LaneSend> batch = new ArrayList<>();
        long rows = 0;
        long bytes = 0;
        while (!waiting.isEmpty()) {
            LaneSend send = waiting.element();
            rows += send.records().size();
            bytes += send.sizeBytes();
            if (!batch.isEmpty() && (rows > maxRows || bytes > maxBytes)) {
                break;
            }
            batch.add(waiting.remove());
        }
        running = batch;
        working = !batch.isEmpty();
        return batch;
    }

    /** What the database will not be known to have once this batch is committed. */
    synchronized Map<ShardId, Carried> carriedAfter(List<LaneSend> batch) {
        Map<ShardId, Carried> after = new LinkedHashMap<>(carried);
        batch.forEach(send -> after.put(send.shard(), send.after()));
        return after;
    }

    /** The batch is committed; returns the answers that waited for it. */
    synchronized List<Answer> committed(List<LaneSend> batch) {
        batch.forEach(send -> carried.put(send.shard(), send.after()));
        running = List.of();
        List<Answer> ready = List.copyOf(answers);
        answers.clear();
        return ready;
    }

    synchronized void settled(ShardId shard, Carried position) {
        carried.remove(shard, position);
    }

    synchronized Optional<Carried> position(ShardId shard) {
        return Optional.ofNullable(carried.get(shard));
    }

    /**
     * From now on only `epoch` may send for the shard, and its waiting sends are dropped. If a transaction is running the
     * answer waits in here until that is committed.
     *
     * @throws RelayException if the lane is over, or FENCED if the shard has a newer epoch
     */
    synchronized TakenOver takeOver(ShardId shard, long epoch, CompletableFuture<Optional<Carried>> answer) {
        if (end != null) {
            throw end;
        }
        admit(shard, epoch);
        List<LaneSend> dropped = new ArrayList<>();
        Iterator<LaneSend> all = waiting.iterator();
        while (all.hasNext()) {
            LaneSend send = all.next();
            if (send.shard().equals(shard)) {
                all.remove();
                dropped.add(send);
            }
        }
        boolean waits = !running.isEmpty();
        if (waits) {
            answers.add(new Answer(answer, shard));
        }
        return new TakenOver(dropped, waits, position(shard));
    }

    /** Lets nothing more in; returns what has not been begun, to be failed. */
    synchronized List<LaneSend> beginClose() {
        closing = true;
        List<LaneSend> dropped = List.copyOf(waiting);
        waiting.clear();
        return dropped;
    }

    /** True for the one caller that ends the lane, once it is closing and works no more. */
    synchronized boolean endClosed(RelayException closed) {
        if (end != null || !closing || !running.isEmpty()) {
            return false;
        }
        end = closed;
        return true;
    }

    /** Ends the lane for ever; only the first caller has anything left to do. */
    synchronized Remains die(RelayException cause) {
        if (end != null) {
            return new Remains(false, List.of(), List.of());
        }
        end = cause;
        List<LaneSend> sends = new ArrayList<>(running);
        sends.addAll(waiting);
        Remains remains = new Remains(true, sends, List.copyOf(answers));
        running = List.of();
        waiting.clear();
        answers.clear();
        return remains;
    }
}
