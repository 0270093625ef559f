package io.outboxrelay.demo;

import io.outboxrelay.node.ClassArchive;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One relay node: a JVM of its own, started again with the same configuration after it was killed. */
final class NodeProcess {
    static final String OUTBOX = "orders";
    static final String SHARDS_PATH = "/outbox/" + OUTBOX + "/shards";

    private static final Duration SIGNAL_LIMIT = Duration.ofSeconds(10);

    /**
     * What is started.
     *
     * @param classPath of some build of the relay
     * @param javaOptions after those that every node gets
     * @param environment added to ours
     */
    record Launch(String classPath, List<String> javaOptions, Map<String, String> environment) {
        static final Launch SAME_BUILD = new Launch(System.getProperty("java.class.path"), List.of(), Map.of());
    }

    /** What became of the process. */
    enum Life {
        UP,
        /** Stopped in its tracks by SIGSTOP; may go on later. */
        FROZEN,
        KILLED,
        EXITED
    }

    private final int number;
    private final int clusterPort;
    private final int managementPort;
    private final Path configFile;
    private final Path log;
    private Launch launch = Launch.SAME_BUILD;
    private volatile @Nullable Process process;
    private volatile boolean killed;
    private volatile boolean frozen;
    private volatile boolean stopping;

    NodeProcess(int number, NodeConfig config, Path folder) throws IOException {
        this.number = number;
        this.clusterPort = config.clusterPort();
        this.managementPort = config.managementPort();
        this.configFile = Files.writeString(folder.resolve("node-" + number + ".conf"), config.hocon());
        this.log = folder.resolve("node-" + number + ".log");
    }

    int number() {
        return number;
    }

    /** As the cluster names it. */
    String address() {
        return "127.0.0.1:" + clusterPort;
    }

    URI url(String path) {
        return URI.create("http://127.0.0.1:" + managementPort + path);
    }

    Path log() {
        return log;
    }

    long pid() {
        Process current = process;
        return current == null ? 0 : current.pid();
    }

    Life life() {
        Process current = process;
        if (current != null && current.isAlive() && !killed) {
            return frozen ? Life.FROZEN : Life.UP;
        }
        return killed ? Life.KILLED : Life.EXITED;
    }

    /** True where it ended although nobody killed or stopped it. */
    boolean endedByItself() {
        return life() == Life.EXITED && process != null && !stopping;
    }

    /** From the next start on. */
    synchronized void launchAs(Launch next) {
        launch = next;
    }

    synchronized void start() throws IOException {
        if (stopping) {
            return;
        }
        ProcessBuilder next = new ProcessBuilder(commandLine())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        next.environment().put("RELAY_MANAGEMENT_TOKEN", NodeConfig.TOKEN);
        next.environment().putAll(launch.environment());
        process = next.start();
        killed = false;
        frozen = false;
    }

    /**
     * Sends it a signal by name.
     *
     * @throws IllegalStateException if that cannot be done
     */
    synchronized void signal(String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start();
        if (!kill.waitFor(SIGNAL_LIMIT.toSeconds(), TimeUnit.SECONDS) || kill.exitValue() != 0) {
            throw new IllegalStateException("cannot send " + name + " to node " + number);
        }
        frozen = name.equals("STOP") || (frozen && !name.equals("CONT"));
    }

    /** Empty while it runs. */
    OptionalInt exitCode() {
        Process current = process;
        return current == null || current.isAlive() ? OptionalInt.empty() : OptionalInt.of(current.exitValue());
    }

    /** kill -9: no farewell, no flush, nothing handed over. */
    synchronized void kill() {
        Process current = process;
        if (current != null) {
            killed = true;
            current.destroyForcibly();
        }
    }

    synchronized void askToStop() {
        stopping = true;
        Process current = process;
        if (current != null) {
            current.destroy();
        }
    }

    /** Waits for the end that was asked for; past the limit there is no more asking. */
    void awaitStopped(Duration limit) throws InterruptedException {
        Process current = process;
        if (current != null && !current.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            current.destroyForcibly();
            current.waitFor();
        }
    }

    private List<String> commandLine() {
        List<String> command = new ArrayList<>();
        Path setsid = Path.of("/usr/bin/setsid");
        if (Files.isExecutable(setsid)) {
            // Out of the terminal's process group: Ctrl-C must reach the demo alone, which stops things in order.
            command.add(setsid.toString());
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                // several JVMs warm up at once on one machine: compile quickly rather than well
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError"));
        if (launch.classPath().equals(Launch.SAME_BUILD.classPath())) {
            ClassArchive.option().ifPresent(command::add);
        }
        command.addAll(launch.javaOptions());
        command.addAll(List.of(
                "-cp",
                launch.classPath(),
                "io.outboxrelay.cli.Main",
                "node",
                "--config",
                configFile.toString(),
                "--while-pid",
                Long.toString(ProcessHandle.current().pid())));
        return command;
    }
}
