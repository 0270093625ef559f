package io.outboxrelay.store.plain;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.model.SlotRange;
import io.outboxrelay.model.Slots;
import io.outboxrelay.settings.AcknowledgeSettings;
import io.outboxrelay.settings.AcknowledgeSettings.Mode;
import io.outboxrelay.settings.DatabaseSettings;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.jdbc.JdbcRunner;
import io.outboxrelay.store.plain.Lookout.Asking;
import io.outboxrelay.store.plain.PlainRows.Place;
import io.outboxrelay.testkit.TestSettings;
import io.outboxrelay.testkit.Waits;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one look asks of the database, and what the shards it serves get to see. */
class LookoutIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int SHARDS = 16;
    private static final int MOST_NEW = 5;
    private static final AtomicInteger DATABASES = new AtomicInteger();

    private final AtomicInteger statements = new AtomicInteger();
    private OutboxSettings outbox;
    private PlainStore store;
    private JdbcRunner lane;
    private Lookout lookout;

    @BeforeEach
    void open() throws Exception {
        DatabaseSettings database =
                TestSettings.database("jdbc:h2:mem:look" + DATABASES.incrementAndGet() + ";DB_CLOSE_DELAY=-1");
        outbox = TestSettings.plain(database, "outbox", Mode.DELETE, TestSettings.COLUMNS);
        PlainFixture fixture = PlainFixture.open(PlainRights.EMBEDDED, outbox, H2PlainContract.TABLE);
        fixture.there().close();
        store = fixture.here();
        lane = new JdbcRunner("look", database, 1, "");
        lookout = lookout(Duration.ofMinutes(10));
        Waits.get(store.shards(SHARDS), LIMIT);
    }

    @AfterEach
    void close() {
        lane.close();
        store.close();
    }

    private Lookout lookout(Duration idleInterval) {
        AcknowledgeSettings acknowledge = new AcknowledgeSettings(Mode.DELETE, Duration.ofMillis(1), idleInterval);
        PlainSql sql = new PlainSql(outbox);
        return new Lookout(
                outbox.reader(), acknowledge, new PlainRows(outbox, sql), new PlainShards(sql, "test:1"), lane);
    }

    private Asking asking(int shard) {
        return new Asking(Waits.get(store.claim(new ShardId("orders", shard)), LIMIT), new InFlight(MOST_NEW));
    }

    private List<List<Place>> look(List<Asking> served) {
        return Waits.get(lane.inTransaction("look", one -> lookout.look(counting(one), served)), LIMIT);
    }

    private Connection counting(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    statements.addAndGet(method.getName().equals("prepareStatement") ? 1 : 0);
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static String key(int shard) {
        SlotRange slots = Slots.split(SHARDS).get(shard);
        return Stream.iterate(0, n -> n + 1)
                .map(n -> "key-" + n)
                .filter(key -> slots.contains(Slots.of(key)))
                .findFirst()
                .orElseThrow();
    }

    private void insert(int shard, int rows) {
        PlainFixture.execute(
                outbox.database(),
                "insert into outbox (aggregatetype, aggregateid, type) select 'orders', '" + key(shard)
                        + "', 'Tested' from system_range(1, " + rows + ")");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, SHARDS})
    void oneStatementServesEveryShardWhileNothingOrLittleWaits(int shards) {
        List<Asking> served = IntStream.range(0, shards).mapToObj(this::asking).toList();
        assertThat(look(served)).hasSize(shards).allMatch(List::isEmpty);
        assertThat(statements).hasValue(1);
        served.forEach(shard -> insert(shard.claim().shard().number(), 1));
        assertThat(look(served)).hasSize(shards).allMatch(found -> found.size() == 1);
        assertThat(statements).hasValue(2);
        assertThat(look(served)).hasSize(shards).allMatch(List::isEmpty);
        assertThat(statements).hasValue(3);
    }

    @Test
    void aShardGetsItsOwnRowsOnly() {
        insert(0, 2);
        insert(1, 3);
        insert(2, 1);
        List<List<Place>> found = look(List.of(asking(0), asking(2)));
        assertThat(found).extracting(List::size).containsExactly(2, 1);
        assertThat(found)
                .allSatisfy(
                        places -> assertThat(places).isSortedAccordingTo((a, b) -> Long.compare(a.order(), b.order())));
    }

    @Test
    void noShardWaitsForTheBacklogOfAnother() {
        insert(0, 1000);
        insert(1, 1);
        List<Asking> served = List.of(asking(0), asking(1), asking(2));
        assertThat(look(served)).extracting(List::size).containsExactly(MOST_NEW, 1, 0);
        assertThat(look(served)).extracting(List::size).containsExactly(MOST_NEW, 0, 0);
    }

    private CompletionStage<List<Place>> askForEver(Claim claim) {
        return lookout.next(claim, new InFlight(MOST_NEW)).thenCompose(none -> askForEver(claim));
    }

    @Test
    void anOwnerWithoutRowsNoticesThatSomebodyNewerOwnsItsShard() {
        lookout = lookout(Duration.ofMillis(1));
        Claim former = asking(0).claim();
        Claim owner = asking(1).claim();
        asking(0);
        assertThat(Waits.failure(askForEver(former), LIMIT).fault()).isEqualTo(Fault.FENCED);
        assertThat(Waits.get(lookout.next(owner, new InFlight(MOST_NEW)), LIMIT))
                .isEmpty();
        Claim last = asking(SHARDS - 1).claim();
        Waits.get(store.reshard(2), LIMIT);
        assertThat(Waits.failure(askForEver(last), LIMIT).fault()).isEqualTo(Fault.FENCED);
    }
}
