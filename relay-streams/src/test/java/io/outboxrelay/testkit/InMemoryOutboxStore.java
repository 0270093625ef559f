package io.outboxrelay.testkit;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Aggregate;
import io.outboxrelay.model.Backlog;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.model.SlotRange;
import io.outboxrelay.model.Slots;
import io.outboxrelay.store.Handover;
import io.outboxrelay.store.OutboxAdmin;
import io.outboxrelay.store.OutboxStore;
import io.outboxrelay.store.Parked;
import io.outboxrelay.store.ParkedDetail;
import io.outboxrelay.store.ParkedEdit;
import io.outboxrelay.store.ParkedRow;
import io.outboxrelay.store.PurgeReport;
import io.outboxrelay.store.Refusal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/**
 * The PostgreSQL store's twin. One instance is the database and every node's access to it: claims made through it
 * fence each other as claims of different nodes would. A zombie may go on reading; only its settling fails.
 */
public final class InMemoryOutboxStore implements OutboxStore, OutboxAdmin {

    /** What {@link #failNext} can make fail. */
    public enum Operation {
        CLAIM,
        READ,
        SETTLE,
        BACKLOG,
        RELEASE,
        SHARDS,
        RESHARD,
        PURGE
    }

    private record Shard(SlotRange slots, long epoch, Mark mark) {}

    private static final int BACKLOG_CAP = 100_000;

    private final String outbox;
    private final int chunkRows;
    private final Clock clock;
    private final InMemoryTable table;
    private final List<Shard> shards = new ArrayList<>();
    private final Map<Operation, Queue<RelayException>> planned = new ConcurrentHashMap<>();
    private final List<Refusal> parked = new CopyOnWriteArrayList<>();
    private final InMemoryParked aside = new InMemoryParked(parked);
    private final Barrier settles = new Barrier();

    /** An outbox without shards, to be set up by {@link #shards(int)}. */
    public InMemoryOutboxStore(String outbox, int chunkRows, Clock clock) {
        this.outbox = outbox;
        this.chunkRows = chunkRows;
        this.clock = clock;
        this.table = new InMemoryTable(clock);
    }

    /** An outbox that has been set up, read in chunks of at most 10 rows. */
    public static InMemoryOutboxStore withShards(String outbox, int shards) {
        InMemoryOutboxStore store = new InMemoryOutboxStore(outbox, 10, Clock.systemUTC());
        store.setUp(shards);
        return store;
    }

    @Override
    public CompletionStage<Claim> claim(ShardId shard, Handover handover) {
        return answer(Operation.CLAIM, () -> take(shard));
    }

    @Override
    public Source<Chunk, NotUsed> read(Claim claim) {
        return new InMemoryReader(table, claim, chunkRows, () -> failIfPlanned(Operation.READ)).source();
    }

    @Override
    public CompletionStage<Done> settle(Claim claim, List<Chunk> chunks) {
        return park(claim, chunks, List.of());
    }

    @Override
    public CompletionStage<Done> park(Claim claim, List<Chunk> chunks, List<Refusal> refusals) {
        return settles.passed()
                .thenCompose(pass -> answer(Operation.SETTLE, () -> {
                    write(claim, chunks);
                    chunks.stream()
                            .filter(Chunk::released)
                            .forEach(chunk -> chunk.rows()
                                    .forEach(row -> parked.removeIf(
                                            refusal -> refusal.row().seq() == row.seq())));
                    parked.addAll(refusals);
                    return Done.getInstance();
                }));
    }

    @Override
    public CompletionStage<Parked> parked(Claim claim) {
        List<Refusal> mine = parkedIn(claim);
        Set<Aggregate> blocked = mine.stream()
                .filter(refusal -> refusal.kind() == Refusal.Kind.REFUSED)
                .flatMap(refusal -> Stream.ofNullable(refusal.row().aggregate()))
                .collect(Collectors.toSet());
        return CompletableFuture.completedFuture(new Parked(blocked, mine.size()));
    }

    /** All in one chunk. */
    @Override
    public Source<Chunk, NotUsed> released(Claim claim) {
        return Source.lazySource(() -> {
                    List<OutboxRow> rows = parkedIn(claim).stream()
                            .filter(aside::mayBeTriedAgain)
                            .map(Refusal::row)
                            .sorted(Comparator.comparing(OutboxRow::seq))
                            .toList();
                    return Source.from(
                            rows.isEmpty()
                                    ? List.of()
                                    : List.of(new Chunk(claim.shard(), rows, claim.position(), true)));
                })
                .mapMaterializedValue(started -> NotUsed.getInstance());
    }

    private List<Refusal> parkedIn(Claim claim) {
        return parked.stream()
                .filter(refusal -> claim.slots()
                        .contains(Slots.of(Objects.requireNonNullElse(
                                refusal.row().aggregateId(), refusal.row().id()))))
                .toList();
    }

    @Override
    public CompletionStage<Map<String, Integer>> decide(Decision decision, List<String> events) {
        return CompletableFuture.completedFuture(aside.decide(decision, events));
    }

    @Override
    public CompletionStage<List<ParkedRow>> parkedRows(String after, int limit) {
        return CompletableFuture.completedFuture(aside.list(after, limit));
    }

    @Override
    public CompletionStage<Optional<ParkedDetail>> parkedRow(String event) {
        return CompletableFuture.completedFuture(aside.one(event));
    }

    @Override
    public CompletionStage<ParkedEdit.Result> edit(String event, ParkedEdit edit) {
        return CompletableFuture.completedFuture(aside.edit(event, edit));
    }

    /** Every row that was put aside, in that order. */
    public List<Refusal> parked() {
        return List.copyOf(parked);
    }

    @Override
    public CompletionStage<Backlog> backlog(Claim claim) {
        return answer(Operation.BACKLOG, () -> backlogOf(waiting(claim.shard().number())));
    }

    @Override
    public CompletionStage<Done> release(Claim claim) {
        return answer(Operation.RELEASE, Done::getInstance);
    }

    @Override
    public CompletionStage<Integer> countShards() {
        return answer(Operation.SHARDS, this::shardCount);
    }

    @Override
    public CompletionStage<Integer> shards(int whenNew) {
        return answer(Operation.SHARDS, () -> setUp(whenNew));
    }

    @Override
    public CompletionStage<Done> reshard(int count) {
        return answer(Operation.RESHARD, () -> deal(count));
    }

    @Override
    public CompletionStage<Boolean> isPrimary() {
        return CompletableFuture.completedFuture(true);
    }

    @Override
    public CompletionStage<PurgeReport> purge() {
        return answer(Operation.PURGE, this::truncate);
    }

    /** Commits one row. */
    public void append(String key, String text) {
        append(List.of(new TestEvent(key, text)));
    }

    /** Commits the rows in one transaction. */
    public void append(List<TestEvent> events) {
        InMemoryTransaction transaction = new InMemoryTransaction(table);
        events.forEach(transaction::append);
        transaction.commit();
    }

    /** A transaction whose rows get their seq now and become visible at its commit, late or never. */
    public OpenTransaction begin() {
        return table.begin();
    }

    /** Makes the next call of `operation` fail; asked twice, the next two. A reader that waits fails at once. */
    public void failNext(Operation operation, RelayException failure) {
        planned.computeIfAbsent(operation, any -> new ConcurrentLinkedQueue<>()).add(failure);
        table.wake();
    }

    /** From now on settling does not complete, and writes nothing, until {@link #releaseSettles}. */
    public void holdSettles() {
        settles.hold();
    }

    public void releaseSettles() {
        settles.release();
    }

    /** Every row ever committed, by commit and within it by seq: what a {@link Verdict} starts from. */
    public List<OutboxRow> committedRows() {
        return table.committed();
    }

    /** Rows of all shards that are acknowledged. */
    public synchronized long settledRows() {
        long waiting = 0;
        for (int shard = 0; shard < shards.size(); shard++) {
            waiting += waitingRows(shard);
        }
        return table.committed().size() - waiting;
    }

    /** Rows of a shard that are committed and not acknowledged. */
    public long waitingRows(int shard) {
        return waiting(shard).size();
    }

    /** The epoch of the newest claim of a shard; 0 before the first. */
    public synchronized long epoch(int shard) {
        return shards.get(shard).epoch();
    }

    private synchronized Claim take(ShardId id) {
        if (!id.outbox().equals(outbox) || id.number() >= shards.size()) {
            throw new RelayException(
                    Fault.MISCONFIGURED, "no shard " + id + "; outbox " + outbox + " has " + shards.size());
        }
        Shard before = shards.get(id.number());
        shards.set(id.number(), new Shard(before.slots(), before.epoch() + 1, before.mark()));
        return new Claim(id, before.epoch() + 1, before.slots(), before.mark());
    }

    private synchronized Done write(Claim claim, List<Chunk> chunks) {
        int number = claim.shard().number();
        Shard shard = shards.get(number);
        if (shard.epoch() != claim.epoch()) {
            throw RelayException.fencedBy(
                    "memory:1",
                    "shard " + claim.shard() + " has epoch " + shard.epoch() + ", this claim " + claim.epoch());
        }
        Mark end = shard.mark();
        for (Chunk chunk : chunks.stream().filter(one -> !one.released()).toList()) {
            Mark next = (Mark) chunk.end();
            end = end.isBefore(next) ? next : end;
        }
        shards.set(number, new Shard(shard.slots(), shard.epoch(), end));
        return Done.getInstance();
    }

    private synchronized int shardCount() {
        return shards.size();
    }

    private synchronized int setUp(int whenNew) {
        if (shards.isEmpty()) {
            Slots.split(whenNew).forEach(slots -> shards.add(new Shard(slots, 0, Mark.START)));
        }
        return shards.size();
    }

    /** All begin where the slowest is; what the others acknowledged beyond that is dropped. */
    private synchronized Done deal(int count) {
        List<SlotRange> ranges = Slots.split(count);
        if (ranges.equals(shards.stream().map(Shard::slots).toList())) {
            return Done.getInstance();
        }
        Set<Long> waiting = new HashSet<>();
        for (int shard = 0; shard < shards.size(); shard++) {
            waiting(shard).forEach(row -> waiting.add(row.seq()));
        }
        table.keepOnly(waiting);
        long epoch = 1 + shards.stream().mapToLong(Shard::epoch).max().orElse(0);
        long prev =
                shards.stream().mapToLong(shard -> shard.mark().prev()).min().orElse(0);
        shards.clear();
        ranges.forEach(slots -> shards.add(new Shard(slots, epoch, Mark.after(prev))));
        return Done.getInstance();
    }

    private synchronized PurgeReport truncate() {
        long done =
                shards.stream().mapToLong(shard -> shard.mark().prev()).min().orElse(0);
        return new PurgeReport(table.truncate(done), false, List.of(), List.of());
    }

    private synchronized List<OutboxRow> waiting(int number) {
        Shard shard = shards.get(number);
        return table.rowsAfter(shard.slots(), shard.mark());
    }

    private Backlog backlogOf(List<OutboxRow> waiting) {
        Instant now = clock.instant();
        Duration oldest = waiting.stream()
                .map(row -> Duration.between(row.createdAt(), now))
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
        return new Backlog(Math.min(waiting.size(), BACKLOG_CAP), waiting.size() > BACKLOG_CAP, oldest);
    }

    private <T> CompletionStage<T> answer(Operation operation, Supplier<T> work) {
        try {
            failIfPlanned(operation);
            return CompletableFuture.completedFuture(work.get());
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void failIfPlanned(Operation operation) {
        Queue<RelayException> failures = planned.get(operation);
        RelayException failure = failures == null ? null : failures.poll();
        if (failure != null) {
            throw failure;
        }
    }
}
