package io.outboxrelay.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The database roles of docs/roles.md, which comes along with this module: what is executed is what stands there, word
 * for word. On a sandbox server each role may log in, with any password.
 */
public final class RolesDocument {
    /** Owns the tables; for `relay migrate`. */
    public static final String OWNER = "outbox_owner";
    /** The relay's own. */
    public static final String RELAY = "outbox_relay";
    /** Writes events. */
    public static final String APPLICATION = "shop_app";

    private static final String DOCUMENT = "roles.md";

    private RolesDocument() {}

    /** The one fenced block whose info string is `sql name`. */
    public static String block(String name) {
        Matcher block = Pattern.compile("^```sql " + name + "\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(read());
        if (!block.find()) {
            throw new IllegalStateException("no block 'sql " + name + "' in " + DOCUMENT);
        }
        return block.group(1);
    }

    /** The same, one by one, for databases that take one statement at a time. */
    public static List<String> statements(String name) {
        return Stream.of(block(name).split(";"))
                .map(String::strip)
                .filter(statement -> !statement.isEmpty())
                .toList();
    }

    /** Executes a block in a database on PostgreSQL as `user`. */
    public static void execute(String block, String url, String user) {
        try (Connection connection = DriverManager.getConnection(url, user, user);
                Statement statement = connection.createStatement()) {
            statement.execute(block(block));
        } catch (SQLException e) {
            throw new IllegalStateException("'sql " + block + "' of " + DOCUMENT + " as " + user, e);
        }
    }

    /** Makes the roles, once per server. */
    public static void createRoles(SandboxPostgres postgres) {
        execute("roles", postgres.jdbcUrl(), postgres.user());
        execute("statistics", postgres.jdbcUrl(), postgres.user());
    }

    /** Creates a database in which the owner may make tables, and returns its URL. */
    public static String createDatabase(SandboxPostgres postgres, String name) {
        String url = postgres.createDatabase(name);
        execute("schema", url, postgres.user());
        return url;
    }

    private static String read() {
        try (InputStream document =
                Objects.requireNonNull(RolesDocument.class.getResourceAsStream(DOCUMENT), DOCUMENT)) {
            return new String(document.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
