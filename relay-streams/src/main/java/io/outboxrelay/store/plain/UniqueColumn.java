package io.outboxrelay.store.plain;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Asks the database whether one column alone tells the rows of a table apart. */
final class UniqueColumn {
    private UniqueColumn() {}

    /** True if a unique index holds this column and no other, for all rows. */
    static boolean isUnique(Connection connection, String table, String column) throws SQLException {
        DatabaseMetaData database = connection.getMetaData();
        int dot = table.indexOf('.');
        String schema = dot < 0 ? null : stored(database, table.substring(0, dot));
        String name = stored(database, table.substring(dot + 1));
        Map<String, List<String>> columnsByIndex = new HashMap<>();
        try (ResultSet index = indices(connection, schema, name)) {
            while (index.next()) {
                String indexed = index.getString("COLUMN_NAME");
                String onlyFor = index.getString("FILTER_CONDITION");
                if (indexed != null) {
                    columnsByIndex
                            .computeIfAbsent(index.getString("INDEX_NAME"), any -> new ArrayList<>())
                            .add(onlyFor == null ? indexed : indexed + " where " + onlyFor);
                }
            }
        }
        return columnsByIndex.values().stream()
                .anyMatch(indexed -> indexed.size() == 1 && indexed.get(0).equalsIgnoreCase(column));
    }

    /** A schema is a catalog to MariaDB. */
    private static ResultSet indices(Connection connection, @Nullable String schema, String table) throws SQLException {
        DatabaseMetaData database = connection.getMetaData();
        return database.supportsSchemasInTableDefinitions()
                ? database.getIndexInfo(null, schema == null ? connection.getSchema() : schema, table, true, true)
                : database.getIndexInfo(schema == null ? connection.getCatalog() : schema, null, table, true, true);
    }

    private static String stored(DatabaseMetaData database, String name) throws SQLException {
        return database.storesUpperCaseIdentifiers() ? name.toUpperCase(Locale.ROOT) : name;
    }
}
