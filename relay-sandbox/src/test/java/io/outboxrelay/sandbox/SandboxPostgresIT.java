package io.outboxrelay.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SandboxPostgresIT {
    @TempDir
    Path parent;

    @Test
    void keepsWhatWasInserted() throws SQLException {
        try (SandboxPostgres postgres = SandboxPostgres.start(parent);
                Connection connection = connect(postgres, postgres.jdbcUrl())) {
            run(connection, "create table t (n int)");
            run(connection, "insert into t values (1), (2)");

            assertThat(ask(connection, "select sum(n) from t")).isEqualTo("3");
        }
    }

    @Test
    void createsFurtherDatabasesWhateverTheirNames() throws SQLException {
        try (SandboxPostgres postgres = SandboxPostgres.start(parent);
                Connection connection = connect(postgres, postgres.createDatabase("Shop-2"))) {
            assertThat(ask(connection, "select current_database()")).isEqualTo("Shop-2");
        }
    }

    @Test
    void passesSettingsToTheServerAndOverridesItsOwn() throws SQLException {
        Map<String, String> settings =
                Map.of("max_prepared_transactions", "7", "fsync", "on", "synchronous_commit", "off");
        try (SandboxPostgres postgres = SandboxPostgres.start(parent, settings);
                Connection connection = connect(postgres, postgres.jdbcUrl())) {
            assertThat(ask(connection, "show max_prepared_transactions")).isEqualTo("7");
            assertThat(ask(connection, "show fsync")).isEqualTo("on");
            assertThat(ask(connection, "show synchronous_commit")).isEqualTo("off");
        }
    }

    @Test
    void refusesSettingsThatAShellCouldMisread() {
        assertThatThrownBy(() -> SandboxPostgres.start(parent, Map.of("work_mem", "1MB; true")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("work_mem = 1MB; true");
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void leavesNothingBehindWhenTheServerRefusesToStart() {
        Map<String, String> wrong = Map.of("no_such_setting", "1");

        assertThatThrownBy(() -> SandboxPostgres.start(parent, wrong, Duration.ofSeconds(3)))
                .hasMessageContaining("cannot start the sandbox PostgreSQL");
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void listensOnLoopbackOnly() throws Exception {
        try (SandboxPostgres postgres = SandboxPostgres.start(parent);
                Connection connection = connect(postgres, postgres.jdbcUrl())) {
            assertThat(ask(connection, "show listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(ask(connection, "show unix_socket_directories")).isEmpty();
            for (InetAddress address : otherAddresses()) {
                assertThatThrownBy(() -> new Socket(address, postgres.port()).close())
                        .as("connecting to %s", address)
                        .isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void losesSessionsButNoCommittedRowsInAnImmediateRestart() throws SQLException {
        try (SandboxPostgres postgres = SandboxPostgres.start(parent);
                Connection before = connect(postgres, postgres.jdbcUrl())) {
            run(before, "create table t (n int)");
            run(before, "insert into t values (42)");
            int port = postgres.port();

            for (int restart = 0; restart < 2; restart++) {
                postgres.restartImmediately();
            }

            assertThat(before.isValid(5)).isFalse();
            assertThat(postgres.port()).isEqualTo(port);
            try (Connection after = connect(postgres, postgres.jdbcUrl())) {
                assertThat(ask(after, "select n from t")).isEqualTo("42");
            }
        }
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void leavesNoFolderNoPortAndNoProcessBehindHoweverOftenItIsStarted() throws Exception {
        for (int round = 0; round < 3; round++) {
            SandboxPostgres postgres = SandboxPostgres.start(parent);
            Connection open = connect(postgres, postgres.jdbcUrl());
            Path data = Path.of(ask(open, "show data_directory"));
            assertThat(data.toRealPath()).startsWith(parent.toRealPath());
            long pid = Postmaster.of(data).orElseThrow().pid();
            assertThat(RunningProcesses.isRunning(pid)).isTrue();

            postgres.close();
            postgres.close();

            assertThat(parent).isEmptyDirectory();
            assertThat(LoopbackPort.isFree(postgres.port())).isTrue();
            RunningProcesses.awaitEnd(pid);
        }
    }

    private static List<InetAddress> otherAddresses() throws SocketException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress() && address.getAddress().length == 4)
                .toList();
    }

    private static Connection connect(SandboxPostgres postgres, String url) throws SQLException {
        return DriverManager.getConnection(url, postgres.user(), postgres.password());
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String ask(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            assertThat(result.next()).isTrue();
            return result.getString(1);
        }
    }
}
