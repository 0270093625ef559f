package io.outboxrelay.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.model.SlotRange;
import io.outboxrelay.model.Slots;
import io.outboxrelay.store.OutboxStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.Materializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** The stage on which {@link OutboxStoreContract} plays: a fresh outbox with four shards and two nodes. */
@SuppressWarnings("NullAway.Init") // set before each test
abstract class StoreScene {
    static final int SHARDS = 4;
    static final Duration LIMIT = Duration.ofSeconds(60);
    private static ActorSystem system;

    private final List<ChunkProbe> probes = new ArrayList<>();
    StoreFixture fixture;
    Materializer materializer;

    /** A fresh, empty outbox that has no shards yet. */
    protected abstract StoreFixture open() throws Exception;

    /** Ends what it runs after each test. */
    protected final Materializer materializer() {
        return materializer;
    }

    @BeforeAll
    static void startSystem() {
        system = ActorSystem.create("store-contract");
    }

    @AfterAll
    static void stopSystem() {
        system.terminate();
        Waits.get(system.getWhenTerminated(), LIMIT);
    }

    @BeforeEach
    void setUp() throws Exception {
        fixture = open();
        materializer = Materializer.createMaterializer(system);
        assertThat(get(fixture.admin().shards(SHARDS))).isEqualTo(SHARDS);
    }

    @AfterEach
    void tearDown() {
        probes.forEach(ChunkProbe::cancel);
        materializer.shutdown();
        fixture.close();
    }

    OutboxStore store() {
        return fixture.store();
    }

    ShardId shard(int number) {
        return new ShardId(fixture.outbox(), number);
    }

    Claim claim(int shard) {
        return get(store().claim(shard(shard)));
    }

    Claim claimElsewhere(int shard) {
        return get(fixture.otherNode().claim(shard(shard)));
    }

    ChunkProbe read(Claim claim) {
        return read(store(), claim);
    }

    ChunkProbe readElsewhere(Claim claim) {
        return read(fixture.otherNode(), claim);
    }

    private ChunkProbe read(OutboxStore store, Claim claim) {
        ChunkProbe probe = ChunkProbe.start(store, claim, materializer, LIMIT);
        probes.add(probe);
        return probe;
    }

    void settle(Claim claim, Chunk... chunks) {
        get(store().settle(claim, List.of(chunks)));
    }

    void append(String key, String text) {
        fixture.begin().append(key, text).commit();
    }

    /** Commits `count` rows of one shard at once, with texts 0, 1, 2 and so on; returns the texts. */
    List<String> appendRows(int shard, int count) {
        String key = key(shard, 0);
        List<String> texts =
                IntStream.range(0, count).mapToObj(Integer::toString).toList();
        fixture.append(texts.stream().map(text -> new TestEvent(key, text)).toList());
        return texts;
    }

    /** The `n`th of the keys that belong to a shard. */
    static String key(int shard, int n) {
        SlotRange slots = Slots.split(SHARDS).get(shard);
        return Stream.iterate(0, i -> i + 1)
                .map(i -> "key-" + i)
                .filter(key -> slots.contains(Slots.of(key)))
                .skip(n)
                .findFirst()
                .orElseThrow();
    }

    static <T> T get(CompletionStage<T> stage) {
        return Waits.get(stage, LIMIT);
    }

    /** A row as text, payload included, for comparing. */
    static List<String> printed(List<OutboxRow> rows) {
        return rows.stream()
                .map(row -> row.seq() + " " + row.id() + " " + TestEvent.of(row))
                .toList();
    }

    static List<String> texts(List<Chunk> chunks) {
        return ChunkProbe.rowsOf(chunks).stream()
                .map(row -> TestEvent.of(row).text())
                .toList();
    }
}
