package io.outboxrelay.store.plain;

import io.outboxrelay.model.Backlog;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.settings.DatabaseKind;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.Handover;
import io.outboxrelay.store.OpenStore;
import io.outboxrelay.store.Parked;
import io.outboxrelay.store.ParkedDetail;
import io.outboxrelay.store.ParkedEdit;
import io.outboxrelay.store.ParkedRow;
import io.outboxrelay.store.PurgeReport;
import io.outboxrelay.store.Refusal;
import io.outboxrelay.store.SentRows;
import io.outboxrelay.store.jdbc.JdbcRunner;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Source;

/**
 * The outbox in a table that was there before the relay, on PostgreSQL, H2 or MariaDB: rows are read lowest first and,
 * once sent, deleted or marked one by one (docs/decisions/0005-plain-tables.md). One instance per outbox and node.
 */
public final class PlainStore implements OpenStore {
    private final OutboxSettings settings;
    private final JdbcRunner lookLane;
    private final JdbcRunner readLane;
    private final JdbcRunner acksLane;
    private final PlainRows rows;
    private final PlainShards shards;
    private final Lookout lookout;
    private final PlainParked parked;
    private final PlainEdits edits;
    private final TableCheck check;

    private PlainStore(OutboxSettings settings, String owner) {
        String name = settings.name();
        boolean postgresql = settings.database().kind() == DatabaseKind.POSTGRESQL;
        PlainSql sql = new PlainSql(settings);
        this.settings = settings;
        this.lookLane = new JdbcRunner(name + "-look", settings.database(), 1, "");
        this.readLane = new JdbcRunner(
                name + "-read", settings.database(), settings.database().connections() - 2, "");
        // One connection, so that a release comes after what was settled before it. What a crash of the database
        // takes back of an acknowledgement is sent again.
        this.acksLane = new JdbcRunner(
                name + "-acks", settings.database(), 1, postgresql ? "set synchronous_commit = off" : "");
        this.rows = new PlainRows(settings, sql);
        this.shards = new PlainShards(sql, owner);
        this.lookout = new Lookout(settings.reader(), settings.acknowledge(), rows, shards, lookLane);
        this.parked = new PlainParked(sql);
        this.edits = new PlainEdits(settings, sql, rows);
        this.check = new TableCheck(settings, sql);
    }

    /** Opens the store; connects when it is first used. */
    public static PlainStore open(OutboxSettings settings, String owner) {
        return new PlainStore(settings, owner);
    }

    @Override
    public CompletionStage<Claim> claim(ShardId shard, Handover handover) {
        return readLane.inTransaction("claim shard " + shard, connection -> shards.takeOver(connection, shard));
    }

    /** What commits late appears where its order puts it among the rows not read yet, also when reading again. */
    @Override
    public Source<Chunk, NotUsed> read(Claim claim) {
        return Source.lazySource(() -> {
                    PlainReader reader = new PlainReader(settings.reader(), claim, rows, lookout, readLane);
                    return Source.unfoldAsync(
                                    reader,
                                    same -> same.next().thenApply(chunks -> Optional.of(Pair.create(same, chunks))))
                            .mapConcat(chunks -> chunks);
                })
                .mapMaterializedValue(started -> NotUsed.getInstance());
    }

    @Override
    public CompletionStage<Done> settle(Claim claim, List<Chunk> chunks) {
        return park(claim, chunks, List.of());
    }

    @Override
    public CompletionStage<Done> park(Claim claim, List<Chunk> chunks, List<Refusal> refusals) {
        PlainPosition end = (PlainPosition) chunks.get(chunks.size() - 1).end();
        return acksLane.inTransaction("settle shard " + claim.shard(), connection -> {
                    shards.holdEpoch(connection, claim);
                    rows.acknowledge(connection, parked.withhold(connection, end.unacknowledged(), refusals));
                    return Done.getInstance();
                })
                .thenApply(done -> {
                    end.acknowledged();
                    return done;
                });
    }

    @Override
    public CompletionStage<Parked> parked(Claim claim) {
        return readLane.inTransaction(
                "look for parked rows of " + claim.shard(), connection -> parked.of(connection, claim.slots()));
    }

    /** Nothing by itself: what may be tried again is taken off the list, and {@link #read} finds it where it belongs. */
    @Override
    public Source<Chunk, NotUsed> released(Claim claim) {
        return Source.lazyCompletionStage(() ->
                        acksLane.inTransaction("release rows of " + claim.shard(), connection -> {
                            shards.holdEpoch(connection, claim);
                            parked.release(connection, claim.slots());
                            return List.<Chunk>of();
                        }))
                .mapConcat(none -> none)
                .mapMaterializedValue(started -> NotUsed.getInstance());
    }

    @Override
    public CompletionStage<Backlog> backlog(Claim claim) {
        return readLane.inTransaction(
                "count backlog of " + claim.shard(), connection -> rows.backlog(connection, claim.slots()));
    }

    @Override
    public CompletionStage<Done> release(Claim claim) {
        return acksLane.submit("release shard " + claim.shard(), Done::getInstance);
    }

    /** Refuses a table that cannot be relayed, too. */
    @Override
    public CompletionStage<Integer> shards(int whenNew) {
        return readLane.inTransaction("set up shards of " + settings.table(), connection -> {
            check.check(connection);
            return shards.setUp(connection, whenNew);
        });
    }

    @Override
    public CompletionStage<Integer> countShards() {
        return readLane.inTransaction("count shards of " + settings.table(), shards::count);
    }

    @Override
    public CompletionStage<Done> reshard(int count) {
        return acksLane.inTransaction("deal " + settings.table() + " to " + count + " shards", connection -> {
            shards.deal(connection, count);
            return Done.getInstance();
        });
    }

    @Override
    public CompletionStage<Map<String, Integer>> decide(Decision decision, List<String> events) {
        return acksLane.inTransaction(
                "decide about parked rows of " + settings.table(),
                connection -> parked.decide(connection, decision, events));
    }

    @Override
    public CompletionStage<List<ParkedRow>> parkedRows(String after, int limit) {
        return readLane.inTransaction(
                "list parked rows of " + settings.table(), connection -> parked.list(connection, after, limit));
    }

    @Override
    public CompletionStage<Optional<ParkedDetail>> parkedRow(String event) {
        return readLane.inTransaction(
                "show a parked row of " + settings.table(), connection -> edits.one(connection, event));
    }

    @Override
    public CompletionStage<ParkedEdit.Result> edit(String event, ParkedEdit edit) {
        return readLane.inTransaction(
                "edit a parked row of " + settings.table(), connection -> edits.edit(connection, event, edit));
    }

    @Override
    public CompletionStage<Boolean> isPrimary() {
        return acksLane.inTransaction("look at the database of " + settings.table(), shards::isPrimary);
    }

    /** Nothing to do: a sent row was deleted, or stays. */
    @Override
    public CompletionStage<PurgeReport> purge() {
        return CompletableFuture.completedFuture(PurgeReport.NOTHING);
    }

    @Override
    public SentRows sentRows() {
        return PlainSent.of(settings, readLane);
    }

    @Override
    public void close() {
        lookLane.close();
        readLane.close();
        acksLane.close();
    }
}
