package io.outboxrelay.store.postgres;

import io.outboxrelay.model.Backlog;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.PublisherSettings.Delivery;
import io.outboxrelay.store.Handover;
import io.outboxrelay.store.OpenStore;
import io.outboxrelay.store.Owner;
import io.outboxrelay.store.Parked;
import io.outboxrelay.store.ParkedDetail;
import io.outboxrelay.store.ParkedEdit;
import io.outboxrelay.store.ParkedRow;
import io.outboxrelay.store.PurgeReport;
import io.outboxrelay.store.Refusal;
import io.outboxrelay.store.SentRows;
import io.outboxrelay.store.jdbc.JdbcRunner;
import java.sql.PreparedStatement;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Source;

/**
 * The outbox in PostgreSQL, read by snapshot cursor over a ring of partitions: rows are never updated, a late commit is
 * never skipped, nobody's long transaction slows it down. One instance per outbox and node.
 */
public final class RingStore implements OpenStore {
    private static final AtomicInteger INSTANCES = new AtomicInteger(); // actor names are unique

    private final OutboxSettings settings;
    private final JdbcRunner tailLane;
    private final JdbcRunner acksLane;
    private final JdbcRunner workLane;
    private final ActorRef<RingReader.Command> reader;
    private final ActorRef<RingAcks.Command> acks;
    private final OutboxSql sql;
    private final TakeOver takeOver;
    private final Progress progress;
    private final Reshard reshard;
    private final ParkedRows parked;
    private final ParkedEdits edits;
    private final ReadSql read;
    private CompletionStage<Backlog> counted = CompletableFuture.completedFuture(Backlog.NONE);
    private final RingPurge purge;

    private RingStore(ActorSystem<?> system, OutboxSettings settings) {
        String name = settings.name();
        String instance = name + "-" + INSTANCES.incrementAndGet();
        this.settings = settings;
        this.tailLane = new JdbcRunner(name + "-tail", settings.database(), 1, "");
        // what Kafka carries no longer must be in the database for good
        boolean carried = settings.publisher().delivery() == Delivery.EXACTLY_ONCE;
        this.acksLane =
                new JdbcRunner(name + "-acks", settings.database(), 1, carried ? "" : "set synchronous_commit = off");
        this.workLane = new JdbcRunner(
                name + "-work", settings.database(), settings.database().connections() - 2, "");
        this.sql = new OutboxSql(settings.table());
        this.takeOver = new TakeOver(settings, Owner.of(system));
        this.progress = new Progress(sql);
        this.reshard = new Reshard(sql);
        this.parked = new ParkedRows(sql);
        this.edits = new ParkedEdits(sql, settings.reader().maxPayload());
        this.read = new ReadSql(settings.table(), settings.reader().maxPayload());
        this.purge = new RingPurge(sql, settings.purge().advanceAfter());
        this.reader = system.systemActorOf(
                RingReader.create(settings, tailLane, workLane), "outbox-" + instance + "-reader", Props.empty());
        this.acks = system.systemActorOf(
                RingAcks.create(settings, acksLane), "outbox-" + instance + "-acks", Props.empty());
    }

    /** Opens the store; connects when it is first used. */
    public static RingStore open(ActorSystem<?> system, OutboxSettings settings) {
        return new RingStore(system, settings);
    }

    @Override
    public CompletionStage<Claim> claim(ShardId shard, Handover handover) {
        return acksLane.inTransaction("prepare to acknowledge " + shard, JdbcRunner::session)
                .thenCompose(session -> workLane.inTransaction(
                                "claim shard " + shard, connection -> takeOver.shard(connection, shard))
                        .thenCompose(taken -> resumed(taken, handover))
                        .thenApply(taken -> {
                            acks.tell(new RingAcks.Follow(taken, session));
                            reader.tell(new RingReader.Follow(taken));
                            return taken.claim();
                        }));
    }

    private CompletionStage<TakeOver.Taken> resumed(TakeOver.Taken taken, Handover handover) {
        Claim claim = taken.claim();
        return handover.takeOver(claim.shard(), claim.epoch(), claim.carrier())
                .thenCompose(terms -> terms.carried() == null && Objects.equals(terms.carrier(), claim.carrier())
                        ? CompletableFuture.completedFuture(taken)
                        : workLane.inTransaction(
                                "resume shard " + claim.shard(),
                                connection -> takeOver.resume(connection, taken, terms)));
    }

    @Override
    public CompletionStage<Done> parkAhead(Claim claim, List<Refusal> refusals) {
        return workLane.inTransaction("park rows of " + claim.shard(), connection -> {
            parked.addAhead(connection, claim, refusals);
            return Done.getInstance();
        });
    }

    @Override
    public CompletionStage<Done> conclude(Claim claim) {
        if (claim.carrier() == null) {
            return CompletableFuture.completedFuture(Done.getInstance());
        }
        return workLane.inTransaction("conclude " + claim.shard(), connection -> {
            try (PreparedStatement drop = connection.prepareStatement(sql.dropCarrier())) {
                drop.setInt(1, claim.shard().number());
                drop.setLong(2, claim.epoch());
                drop.executeUpdate();
            }
            return Done.getInstance();
        });
    }

    @Override
    public CompletionStage<Optional<String>> successor(Claim claim) {
        return workLane.inTransaction(
                "look who has " + claim.shard(), connection -> progress.successor(connection, claim));
    }

    @Override
    public Source<Chunk, NotUsed> read(Claim claim) {
        return Source.unfoldAsync(claim, same -> {
            CompletableFuture<Chunk> next = new CompletableFuture<>();
            reader.tell(new RingReader.Pull(same.shard(), same.epoch(), next));
            return next.thenApply(chunk -> Optional.of(Pair.create(same, chunk)));
        });
    }

    @Override
    public CompletionStage<Done> settle(Claim claim, List<Chunk> chunks) {
        return park(claim, chunks, List.of());
    }

    @Override
    public CompletionStage<Done> park(Claim claim, List<Chunk> chunks, List<Refusal> refusals) {
        List<OutboxRow> released = chunks.stream()
                .filter(Chunk::released)
                .flatMap(chunk -> chunk.rows().stream())
                .toList();
        if (released.isEmpty()) {
            return acknowledge(claim, chunks, refusals);
        }
        Set<Long> tried = released.stream().map(OutboxRow::seq).collect(Collectors.toSet());
        List<Refusal> again = refusals.stream()
                .filter(refusal -> tried.contains(refusal.row().seq()))
                .toList();
        List<Refusal> anew = refusals.stream()
                .filter(refusal -> !tried.contains(refusal.row().seq()))
                .toList();
        List<Chunk> others = chunks.stream().filter(chunk -> !chunk.released()).toList();
        return workLane.inTransaction("settle released rows of " + claim.shard(), connection -> {
                    parked.conclude(connection, claim, released, again);
                    return Done.getInstance();
                })
                .thenCompose(done ->
                        others.isEmpty() ? CompletableFuture.completedFuture(done) : acknowledge(claim, others, anew));
    }

    private CompletionStage<Done> acknowledge(Claim claim, List<Chunk> chunks, List<Refusal> refusals) {
        CompletableFuture<Done> written = new CompletableFuture<>();
        SnapshotPosition end = (SnapshotPosition) chunks.get(chunks.size() - 1).end();
        acks.tell(new RingAcks.Settle(claim.shard(), claim.epoch(), end, refusals, written));
        return written;
    }

    @Override
    public CompletionStage<Parked> parked(Claim claim) {
        return workLane.inTransaction(
                "look for parked rows of " + claim.shard(), connection -> parked.of(connection, claim.slots()));
    }

    @Override
    public Source<Chunk, NotUsed> released(Claim claim) {
        return Source.unfoldAsync(
                Long.MIN_VALUE,
                after -> workLane.inTransaction(
                                "read released rows of " + claim.shard(),
                                connection -> parked.released(connection, read, claim.slots(), after))
                        .thenApply(rows -> rows.isEmpty()
                                ? Optional.empty()
                                : Optional.of(Pair.create(
                                        rows.get(rows.size() - 1).seq(),
                                        new Chunk(claim.shard(), rows, claim.position(), true)))));
    }

    /** One count after the other: they must not take the connections by which shards catch up. */
    @Override
    public synchronized CompletionStage<Backlog> backlog(Claim claim) {
        ShardId shard = claim.shard();
        counted = counted.handle((before, failure) -> shard)
                .thenCompose(next -> workLane.inTransaction(
                        "count backlog of " + next, connection -> progress.backlog(connection, next)));
        return counted;
    }

    @Override
    public CompletionStage<Done> release(Claim claim) {
        reader.tell(new RingReader.Forget(claim.shard(), claim.epoch()));
        CompletableFuture<Done> forgotten = new CompletableFuture<>();
        acks.tell(new RingAcks.Forget(claim.shard(), claim.epoch(), forgotten));
        return forgotten;
    }

    @Override
    public CompletionStage<Integer> shards(int whenNew) {
        return workLane.inTransaction(
                "set up shards of " + settings.table(), connection -> progress.shards(connection, whenNew));
    }

    @Override
    public CompletionStage<Integer> countShards() {
        return workLane.inTransaction("count shards of " + settings.table(), progress::countShards);
    }

    @Override
    public CompletionStage<Done> reshard(int count) {
        return workLane.inTransaction("deal " + settings.table() + " to " + count + " shards", connection -> {
            reshard.to(connection, count);
            return Done.getInstance();
        });
    }

    @Override
    public CompletionStage<Map<String, Integer>> decide(Decision decision, List<String> events) {
        return workLane.inTransaction(
                "decide about parked rows of " + settings.table(),
                connection -> parked.decide(connection, decision, events));
    }

    @Override
    public CompletionStage<List<ParkedRow>> parkedRows(String after, int limit) {
        long seq = ParkedRows.place(after);
        return workLane.inTransaction(
                "list parked rows of " + settings.table(), connection -> parked.list(connection, seq, limit));
    }

    @Override
    public CompletionStage<Optional<ParkedDetail>> parkedRow(String event) {
        return workLane.inTransaction(
                "show a parked row of " + settings.table(), connection -> edits.one(connection, event));
    }

    @Override
    public CompletionStage<ParkedEdit.Result> edit(String event, ParkedEdit edit) {
        return workLane.inTransaction(
                "edit a parked row of " + settings.table(), connection -> edits.edit(connection, event, edit));
    }

    /** Not on the lane by which shards catch up, which may be busy with that for long. */
    @Override
    public CompletionStage<Boolean> isPrimary() {
        return acksLane.inTransaction(
                "look at the database of " + settings.table(),
                connection -> Queries.list(connection, "select not pg_is_in_recovery()", row -> row.getBoolean(1))
                        .get(0));
    }

    @Override
    public CompletionStage<PurgeReport> purge() {
        return workLane.inTransaction("purge " + settings.table(), purge::purge);
    }

    @Override
    public SentRows sentRows() {
        return new RingSent(settings, workLane);
    }

    @Override
    public void close() {
        reader.tell(RingReader.Stop.STOP);
        acks.tell(RingAcks.Stop.STOP);
        tailLane.close();
        acksLane.close();
        workLane.close();
    }
}
