package io.outboxrelay.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The database roles of docs/roles.md, made by executing exactly the SQL that stands there. */
final class RolesDocument {
    static final String OWNER = "outbox_owner";
    static final String RELAY = "outbox_relay";
    static final String APPLICATION = "shop_app";

    private static final Path DOCUMENT = Path.of("..", "docs", "roles.md");

    private RolesDocument() {}

    /** Executes the fenced block whose info string is `sql name`. */
    static void execute(String block, String url, String user) {
        try (Connection connection = DriverManager.getConnection(url, user, user);
                Statement statement = connection.createStatement()) {
            statement.execute(find(block));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String find(String block) {
        try {
            Matcher found = Pattern.compile("^```sql " + block + "\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL)
                    .matcher(Files.readString(DOCUMENT));
            if (!found.find()) {
                throw new IllegalStateException("no block 'sql " + block + "' in " + DOCUMENT.toAbsolutePath());
            }
            return found.group(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
