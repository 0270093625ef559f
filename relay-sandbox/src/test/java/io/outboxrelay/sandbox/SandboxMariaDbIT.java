package io.outboxrelay.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@EnabledIf("io.outboxrelay.sandbox.SandboxMariaDb#runsHere")
class SandboxMariaDbIT {
    @TempDir
    Path parent;

    @Test
    void keepsWhatWasInsertedAndLeavesNothingBehindHoweverOftenItIsStarted() throws Exception {
        for (int round = 0; round < 2; round++) {
            SandboxMariaDb mariaDb = SandboxMariaDb.start(parent);
            try (Connection connection = connect(mariaDb, mariaDb.createDatabase("Shop-2"))) {
                ask(connection, "create table t (n int) engine = innodb");
                ask(connection, "insert into t values (1), (2)");
                assertThat(ask(connection, "select sum(n) from t")).isEqualTo("3");
                assertThat(ask(connection, "select @@bind_address")).isEqualTo("127.0.0.1");
                String data = ask(connection, "select @@datadir");
                assertThat(Path.of(data).toRealPath()).startsWith(parent.toRealPath());
            }

            mariaDb.close();
            mariaDb.close();

            assertThat(parent).isEmptyDirectory();
            assertThat(LoopbackPort.isFree(mariaDb.port())).isTrue();
        }
    }

    private static Connection connect(SandboxMariaDb mariaDb, String url) throws SQLException {
        return DriverManager.getConnection(url, mariaDb.user(), mariaDb.user());
    }

    private static String ask(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            if (!statement.execute(sql)) {
                return "";
            }
            try (ResultSet row = statement.getResultSet()) {
                row.next();
                return row.getString(1);
            }
        }
    }
}
