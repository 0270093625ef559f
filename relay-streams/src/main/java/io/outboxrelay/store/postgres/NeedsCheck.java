package io.outboxrelay.store.postgres;

import io.outboxrelay.settings.OutboxSettings.HistoryChange;
import io.outboxrelay.store.Finding;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What the doctor wants to exist, and what the current role must be allowed to do with it; as docs/roles.md lists. */
final class NeedsCheck {
    private final List<Need> needs;

    /** `rights` as PostgreSQL's privilege functions want them. */
    private record Need(String relation, boolean sequence, List<String> rights) {}

    private NeedsCheck(List<Need> needs) {
        this.needs = needs;
    }

    static NeedsCheck of(OutboxSql sql, HistoryChange onHistoryChange) {
        List<Need> needs = new ArrayList<>();
        List<String> reading = List.of("select");
        List<String> replaying = List.of("select", "insert", "truncate");
        needs.add(new Need(sql.table(), false, onHistoryChange == HistoryChange.REPLAY ? replaying : reading));
        sql.leaves().forEach(leaf -> needs.add(new Need(leaf, false, List.of("select", "truncate"))));
        needs.add(new Need(sql.sequence(), true, List.of("select", "usage")));
        List<String> all = List.of("select", "insert", "update", "delete");
        List.of(sql.progress(), sql.ahead(), sql.parked()).forEach(table -> needs.add(new Need(table, false, all)));
        return new NeedsCheck(needs);
    }

    static NeedsCheck ofCluster() {
        List<String> all = List.of("select", "insert", "update", "delete");
        return new NeedsCheck(List.of(
                new Need("outbox_relay_node", false, all),
                new Need("outbox_relay_journal", false, all),
                new Need("outbox_relay_snapshot", false, all),
                new Need("outbox_relay_journal_tag", false, List.of("select", "insert", "delete")),
                new Need("outbox_relay_journal_ordering_seq", true, List.of("usage"))));
    }

    Finding tables(String check, Connection connection) throws SQLException {
        List<String> missing = new ArrayList<>();
        for (Need need : needs) {
            if (!exists(connection, need.relation())) {
                missing.add(need.relation());
            }
        }
        return missing.isEmpty()
                ? Finding.ok(check, "all " + needs.size() + " are there")
                : Finding.fail(
                        check,
                        "missing on the search path: " + String.join(", ", missing),
                        "run `relay migrate`, or name the schema in the outbox's table");
    }

    Finding rights(String check, Connection connection) throws SQLException {
        List<String> missing = new ArrayList<>();
        for (Need need : needs) {
            for (String right : need.rights()) {
                if (exists(connection, need.relation()) && !has(connection, need, right)) {
                    missing.add(right + " on " + need.relation());
                }
            }
        }
        String role = Queries.list(connection, "select current_user", row -> row.getString(1))
                .get(0);
        return missing.isEmpty()
                ? Finding.ok(check, "role " + role + " has all it needs")
                : Finding.fail(
                        check,
                        "role " + role + " lacks " + String.join(", ", missing),
                        "grant what docs/roles.md lists");
    }

    private static boolean exists(Connection connection, String relation) throws SQLException {
        return Queries.list(connection, "select to_regclass(?) is not null", row -> row.getBoolean(1), relation)
                .get(0);
    }

    private static boolean has(Connection connection, Need need, String right) throws SQLException {
        String function = need.sequence() ? "has_sequence_privilege" : "has_table_privilege";
        return Queries.list(
                        connection, "select " + function + "(?, ?)", row -> row.getBoolean(1), need.relation(), right)
                .get(0);
    }
}
