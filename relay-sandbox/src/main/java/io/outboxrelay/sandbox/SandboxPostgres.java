package io.outboxrelay.sandbox;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL server on 127.0.0.1 with its data in a temporary folder. Anyone on this machine may log in while it
 * runs, so it is for throw-away data only. The unpacked program files stay in the system's temporary folder
 * (`embedded-pg`), so that only the first start on a machine is slow; everything else is gone after {@link #close()}.
 */
public final class SandboxPostgres implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final String USER = "postgres";
    private static final String MAIN_DATABASE = "postgres";
    private static final Pattern SETTING_NAME = Pattern.compile("[a-z][a-z0-9_.]*");
    private static final Pattern SETTING_VALUE = Pattern.compile("[A-Za-z0-9_.,:/%+-]*");

    private final TemporaryFolder folder;
    private final int port;
    private final Map<String, String> settings;
    private final Duration startLimit;
    private final ExitHook exitHook;
    private @Nullable EmbeddedPostgres server;
    private boolean closed;

    private SandboxPostgres(Path parentDirectory, Map<String, String> settings, Duration startLimit) {
        this.settings = validated(settings);
        this.startLimit = startLimit;
        this.port = LoopbackPort.findFree();
        try (ExitHook.Hold hold = new ExitHook.Hold()) {
            this.folder = TemporaryFolder.create(parentDirectory, "sandbox-postgres-");
            this.exitHook = ExitHook.register("sandbox-postgres-" + port, this::close, folder);
        }
    }

    /** Starts a server with its data in the system's temporary folder. */
    public static SandboxPostgres start() {
        return start(TemporaryFolder.systemDefault());
    }

    /** Starts a server with its data in a new folder inside the given one, which is created if needed. */
    public static SandboxPostgres start(Path parentDirectory) {
        return start(parentDirectory, Map.of());
    }

    /** Starts a server with further settings, for instance `max_prepared_transactions` or `fsync` (off by default). */
    public static SandboxPostgres start(Map<String, String> settings) {
        return start(TemporaryFolder.systemDefault(), settings);
    }

    /** Starts a server with its data in a new folder inside the given one, and with further settings. */
    public static SandboxPostgres start(Path parentDirectory, Map<String, String> settings) {
        return start(parentDirectory, settings, START_LIMIT);
    }

    /** The limit passes in full before a server that refuses to start is given up. */
    static SandboxPostgres start(Path parentDirectory, Map<String, String> settings, Duration startLimit) {
        SandboxPostgres postgres = new SandboxPostgres(parentDirectory, settings, startLimit);
        try {
            postgres.launch();
            return postgres;
        } catch (RuntimeException | Error failure) {
            postgres.close();
            throw failure;
        }
    }

    /** URL of the database that exists from the start. */
    public String jdbcUrl() {
        return jdbcUrl(MAIN_DATABASE);
    }

    /** URL of a database by name, whether it exists or not. */
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    /** Superuser of the server. */
    public String user() {
        return USER;
    }

    /** A password for clients that insist on one; the server accepts any. */
    public String password() {
        return USER;
    }

    /** TCP port on 127.0.0.1; it stays the same over {@link #restartImmediately()}. */
    public int port() {
        return port;
    }

    /** Creates an empty database and returns its URL. */
    public String createDatabase(String name) {
        try (Connection connection = DriverManager.getConnection(jdbcUrl(), USER, password());
                Statement statement = connection.createStatement()) {
            statement.execute("create database \"" + name.replace("\"", "\"\"") + "\"");
            return jdbcUrl(name);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot create the database " + name, e);
        }
    }

    /**
     * Cuts every session and stops without a checkpoint, as after a crash, then starts again on the same port and data.
     * Needs a system with POSIX signals.
     */
    public synchronized void restartImmediately() {
        if (closed) {
            throw new IllegalStateException("the sandbox PostgreSQL on port " + port + " is closed");
        }
        Postmaster.of(dataDirectory())
                .orElseThrow(() -> new IllegalStateException("no PostgreSQL runs in " + dataDirectory()))
                .crash(STOP_LIMIT);
        // The handle of the crashed server is abandoned, not closed: it would complain that there is nothing to stop.
        // It still locks this file, so the next one gets a new file.
        try {
            Files.deleteIfExists(dataDirectory().resolve("epg-lock"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unlock " + dataDirectory(), e);
        }
        launch();
    }

    /** Leaves closing to the caller alone, who may need an order in which several things are closed at exit. */
    public SandboxPostgres withoutExitHook() {
        exitHook.cancel();
        return this;
    }

    /** Stops the server and deletes its data. Closing twice does no harm. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        exitHook.cancel();
        Optional<Postmaster> postmaster = Postmaster.of(dataDirectory());
        try {
            if (server != null) {
                server.close();
            } else {
                postmaster.ifPresent(halfStarted -> halfStarted.crash(STOP_LIMIT));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot stop the sandbox PostgreSQL on port " + port, e);
        } finally {
            postmaster.ifPresent(process -> process.awaitGoneOrKill(STOP_LIMIT));
            folder.delete();
        }
    }

    private synchronized void launch() {
        if (closed) {
            throw new IllegalStateException("closed while starting");
        }
        server = null;
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setPort(port)
                .setDataDirectory(dataDirectory())
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(false)
                .setPGStartupWait(startLimit)
                .setLocaleConfig("locale", "C");
        settings.forEach(builder::setServerConfig);
        try {
            server = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start the sandbox PostgreSQL on port " + port, e);
        }
    }

    private Path dataDirectory() {
        return folder.path().resolve("data");
    }

    private static Map<String, String> validated(Map<String, String> wanted) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("listen_addresses", "127.0.0.1");
        settings.put("unix_socket_directories", "");
        settings.put("synchronous_commit", "on");
        settings.putAll(wanted);
        settings.forEach((name, value) -> {
            // They travel on a command line through a shell.
            if (!SETTING_NAME.matcher(name).matches()
                    || !SETTING_VALUE.matcher(value).matches()) {
                throw new IllegalArgumentException("PostgreSQL setting " + name + " = " + value + ", legal: a name of "
                        + SETTING_NAME + " and a value of " + SETTING_VALUE);
            }
        });
        return settings;
    }
}
