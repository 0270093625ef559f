package io.outboxrelay.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.SlotRange;
import io.outboxrelay.model.Slots;
import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.DatabaseSettings;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.jdbc.JdbcRunner;
import io.outboxrelay.store.postgres.IntervalCursor.Page;
import io.outboxrelay.testkit.DocumentedRoles;
import io.outboxrelay.testkit.Waits;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IntervalCursorIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Deal ALL = new Deal(List.of(new SlotRange(0, 1023)));
    private static final ReadSql SQL = new ReadSql("outbox", 1000 << 10);
    private static final int SORT_MILLIS = 30_000;
    private static SandboxPostgres postgres;
    private static OutboxSettings outbox;
    private static DatabaseSettings database;

    @BeforeAll
    static void start() {
        postgres = DocumentedRoles.create(SandboxPostgres.start());
        outbox = DocumentedRoles.outbox(postgres, "cursor", 1);
        database = outbox.database();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void empty() throws SQLException {
        execute("truncate outbox");
        execute("alter sequence outbox_seq_seq restart");
    }

    private static void execute(String sql) {
        DocumentedRoles.execute(database.url(), DocumentedRoles.SUPERUSER, sql);
    }

    private static void write(String sql) {
        DocumentedRoles.execute(database.url(), DocumentedRoles.APPLICATION, sql);
    }

    private static void insert(int rows, int bytes) {
        write("insert into outbox (aggregatetype, type, payload) select 'a', 'T', convert_to(repeat('x', " + bytes
                + "), 'UTF8') from generate_series(1, " + rows + ")");
    }

    private static SnapshotPosition everything() throws SQLException {
        try (Connection connection = DocumentedRoles.connect(outbox, DocumentedRoles.RELAY);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(OutboxSql.SNAPSHOT)) {
            row.next();
            return new SnapshotPosition(Snapshot.NOTHING, Snapshot.parse(row.getString(1)), 0);
        }
    }

    private static List<Page> pages(JdbcRunner lane, SnapshotPosition from) {
        return pages(lane, SQL, from, ALL);
    }

    private static List<Page> pages(JdbcRunner lane, ReadSql sql, SnapshotPosition from, Deal deal) {
        return Waits.get(
                lane.submit("read all", () -> {
                    List<Page> pages = new ArrayList<>();
                    try (IntervalCursor cursor = IntervalCursor.open(lane, sql, from, deal, "true", SORT_MILLIS)) {
                        do {
                            pages.add(cursor.next());
                        } while (!pages.get(pages.size() - 1).last());
                    }
                    return pages;
                }),
                LIMIT);
    }

    private static List<OutboxRow> rows(Page page) {
        return page.parts().stream().flatMap(List::stream).toList();
    }

    private static List<Long> seqs(List<Page> pages) {
        return pages.stream()
                .flatMap(page -> rows(page).stream())
                .map(OutboxRow::seq)
                .toList();
    }

    private static List<Long> numbers(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }

    /** Each row takes the server its time, and none comes before all of them are sorted. */
    @Test
    void aServerThatSortsIsWaitedForLongerThanASilentOne() throws Exception {
        insert(150, 10);
        SnapshotPosition from = everything();
        try (JdbcRunner lane = new JdbcRunner("test", impatient(), 1, "")) {
            Patience patience = new Patience(Duration.ofSeconds(1));
            assertThatThrownBy(() -> Waits.get(lane.submit("sort", () -> sorted(lane, from, patience)), LIMIT))
                    .hasStackTraceContaining("SocketTimeoutException");
            assertThat(patience.millis()).isEqualTo(2_000);
            patience.began(Duration.ofSeconds(5));
            assertThat(Waits.get(lane.submit("sort", () -> sorted(lane, from, patience)), LIMIT))
                    .isEqualTo(150);
            int silentMillis = Waits.get(lane.inTransaction("look", Connection::getNetworkTimeout), LIMIT);
            assertThat(silentMillis).as("for other calls on the connection").isEqualTo(1_000);
        }
    }

    private static int sorted(JdbcRunner lane, SnapshotPosition from, Patience patience) throws SQLException {
        try (IntervalCursor cursor =
                IntervalCursor.open(lane, SQL, from, ALL, "pg_sleep(0.02) is not null", patience.millis())) {
            int rows = 0;
            for (Page page = cursor.next(); ; page = cursor.next()) {
                rows += rows(page).size();
                if (page.last()) {
                    return rows;
                }
            }
        } catch (SQLException e) {
            patience.failed(e);
            throw e;
        }
    }

    /** Gives a silent server up after a second. */
    private static DatabaseSettings impatient() {
        return new DatabaseSettings(
                database.url(),
                database.user(),
                database.password(),
                database.connections(),
                database.connectTimeout(),
                Duration.ofSeconds(1),
                database.properties());
    }

    @Test
    void largeRowsAfterSmallOnesMakeSmallPages() throws Exception {
        insert(3_000, 10);
        insert(10, 700_000);
        try (JdbcRunner lane = new JdbcRunner("test", database, 1, "")) {
            List<Page> pages = pages(lane, everything());
            assertThat(seqs(pages)).isEqualTo(numbers(1, 3_010));
            assertThat(pages).allSatisfy(page -> {
                assertThat(rows(page).size()).isLessThanOrEqualTo(1_000);
                assertThat(rows(page).stream().mapToInt(OutboxRow::payloadBytes).sum())
                        .isLessThan((1 << 20) + 700_000);
            });
        }
    }

    @Test
    void anIntervalWithoutRowsIsOneEmptyLastPage() throws Exception {
        try (JdbcRunner lane = new JdbcRunner("test", database, 1, "")) {
            assertThat(pages(lane, everything())).containsExactly(new Page(List.of(List.of()), 0, true));
        }
    }

    @Test
    void aCursorClosedHalfWayLeavesAUsableLaneHoweverMuchTheServerHadSent() throws Exception {
        insert(20_000, 10);
        SnapshotPosition all = everything();
        try (JdbcRunner lane = new JdbcRunner("test", database, 1, "")) {
            for (long after : new long[] {0, 1, 10_000, 18_000, 18_900, 18_990}) {
                SnapshotPosition from = new SnapshotPosition(all.prev(), all.cur(), after);
                Page page = Waits.get(
                        lane.submit("read a page", () -> {
                            try (IntervalCursor cursor =
                                    IntervalCursor.open(lane, SQL, from, ALL, "true", SORT_MILLIS)) {
                                return cursor.next();
                            }
                        }),
                        LIMIT);
                assertThat(seqs(List.of(page))).isEqualTo(numbers(after + 1, after + 1_000));
                assertThat(page.last()).isFalse();
                assertThat(seqs(pages(lane, from))).isEqualTo(numbers(after + 1, 20_000));
            }
        }
    }

    @Test
    void rowsOfTransactionsThatWereLateAreReadWithTheOthersInOneOrder() throws Exception {
        try (Connection late = DocumentedRoles.connect(outbox, DocumentedRoles.APPLICATION);
                JdbcRunner lane = new JdbcRunner("test", database, 1, "")) {
            late.setAutoCommit(false);
            try (Statement statement = late.createStatement()) {
                statement.execute("insert into outbox (aggregatetype, type) values ('a', 'late')");
                insert(1, 10);
                Snapshot prev = everything().cur();
                insert(1, 10);
                statement.execute("insert into outbox (aggregatetype, type) values ('a', 'late')");
                insert(1, 10);
                late.commit();
                insert(1, 10);
                List<Page> pages =
                        pages(lane, new SnapshotPosition(prev, everything().cur(), 0));
                assertThat(seqs(pages)).containsExactly(1L, 3L, 4L, 5L, 6L);
            }
        }
    }

    /** More rows than are sorted: the same ones in the same order, whichever way they are found. */
    @Test
    void aLargeIntervalIsWalkedByNumber() throws Exception {
        try (Connection late = DocumentedRoles.connect(outbox, DocumentedRoles.APPLICATION);
                JdbcRunner lane = new JdbcRunner("test", database, 1, "")) {
            late.setAutoCommit(false);
            try (Statement statement = late.createStatement()) {
                insert(10, 10);
                statement.execute("insert into outbox (aggregatetype, type) values ('a', 'late')"); // 11
                insert(1, 10);
                Snapshot prev = everything().cur();
                execute("select nextval('outbox_seq_seq') from generate_series(1, 1 << 20)"); // the next partition
                insert(25_000, 10);
                late.commit();
                insert(5, 10);
                SnapshotPosition from = new SnapshotPosition(prev, everything().cur(), 0);
                long first = 12 + (1 << 20) + 1;
                List<Long> wanted = new ArrayList<>(List.of(11L));
                wanted.addAll(numbers(first, first + 25_004));
                insert(5, 10); // after cur
                assertThat(seqs(pages(lane, from))).isEqualTo(wanted);
                SnapshotPosition further = new SnapshotPosition(from.prev(), from.cur(), first + 20_000);
                assertThat(seqs(pages(lane, further))).isEqualTo(numbers(first + 20_001, first + 25_004));
                assertThat(plan(SQL.streamed(from, from.cur(), 0, ALL, "true")))
                        .contains("outbox_p0_seq_idx", "outbox_p1_seq_idx")
                        .noneMatch(node -> node.matches("( *-> +)?(Sort|Bitmap .*|Seq Scan .*)"));
            }
        }
    }

    private static List<String> plan(String copy) throws SQLException {
        String query = copy.substring("copy (".length(), copy.lastIndexOf(") to stdout"));
        try (Connection connection = DocumentedRoles.connect(outbox, DocumentedRoles.RELAY);
                Statement statement = connection.createStatement()) {
            statement.execute(JdbcRunner.POSTGRESQL_SESSION + IntervalCursor.STREAMED.replace(" local", ""));
            List<String> nodes = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery("explain (costs off) " + query)) {
                while (rows.next()) {
                    nodes.add(rows.getString(1).replaceFirst(".*using (\\S+) on.*", "$1"));
                }
            }
            return nodes;
        }
    }

    @Test
    void rowsBelowTheSafeNumberAreNotLookedAt() throws Exception {
        insert(21_000, 10);
        execute("insert into outbox_progress (shard, slot_lo, slot_hi, prev, seq_low, sysid) values"
                + " (0, 0, 511, '3:3:', 100, 0), (1, 512, 1023, '3:3:', 200, 0)");
        try (JdbcRunner lane = new JdbcRunner("test", database, 1, "")) {
            assertThat(seqs(pages(lane, everything()))).isEqualTo(numbers(101, 21_000));
        } finally {
            execute("delete from outbox_progress");
        }
    }

    /** A value that packs well may lie in its row, where nobody but the reader holds it back. */
    @Test
    void whatIsTooLargeIsHeldBackWhereverItIsStored() throws Exception {
        ReadSql small = new ReadSql("outbox", 10_000);
        Deal halves = new Deal(List.of(new SlotRange(0, 511), new SlotRange(512, 1023)));
        String key = "k".repeat(20_000);
        insert(21_000, 10);
        insert(1, 100_000);
        write("insert into outbox (aggregatetype, aggregateid, type) values ('a', '" + key + "', 'T')");
        try (JdbcRunner lane = new JdbcRunner("test", database, 1, "")) {
            assertHeldBack(pages(lane, small, everything(), halves), key);
            assertThat(toasted()).isZero();
            execute("alter table outbox alter payload set storage external");
            try {
                insert(1, 50_000);
                assertThat(toasted()).isPositive();
                assertHeldBack(pages(lane, small, everything(), halves), key);
            } finally {
                execute("alter table outbox alter payload set storage extended");
            }
        }
    }

    private static void assertHeldBack(List<Page> pages, String key) {
        List<OutboxRow> rows =
                pages.stream().flatMap(page -> rows(page).stream()).toList();
        OutboxRow large = row(rows, 21_001);
        assertThat(large.payload()).isNull();
        assertThat(large.defect()).isEqualTo("payload of 100000 bytes, legal: 0 to 10000 (reader.max-payload)");
        assertThat(row(rows, 21_002).defect())
                .isEqualTo("aggregateid of 20000 bytes, legal: 0 to 10000 (reader.max-payload)");
        assertThat(rows.stream().filter(read -> read.defect() == null)).hasSize(21_000);
        int half = Slots.of(key) / 512;
        assertThat(pages)
                .anySatisfy(page -> assertThat(page.parts().get(half))
                        .extracting(OutboxRow::seq)
                        .contains(21_002L));
    }

    private static OutboxRow row(List<OutboxRow> rows, long seq) {
        return rows.stream().filter(read -> read.seq() == seq).findFirst().orElseThrow();
    }

    private static long toasted() throws SQLException {
        try (Connection connection = DocumentedRoles.connect(outbox, DocumentedRoles.RELAY)) {
            return Queries.number(connection, SQL.largeValues()).orElseThrow();
        }
    }
}
