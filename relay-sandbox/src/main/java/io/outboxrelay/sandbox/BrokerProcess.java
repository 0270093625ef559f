package io.outboxrelay.sandbox;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;

/** One Kafka broker in a JVM of its own; it ends with the JVM that started it. */
final class BrokerProcess {
    private static final Duration SIGNAL_LIMIT = Duration.ofSeconds(10);

    /** Several JVMs warm up at once on one machine: compile quickly rather than well. */
    static final List<String> SMALL = List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private final Path properties;
    private final Path log;
    private final List<String> javaOptions;
    private @Nullable Process process;
    private boolean paused;
    private boolean ended;

    /** @param folder where its settings and its log go */
    BrokerProcess(BrokerSettings settings, Map<String, String> properties, Path folder, List<String> javaOptions) {
        this.javaOptions = javaOptions;
        this.properties = folder.resolve("broker-" + settings.nodeId() + ".properties");
        this.log = folder.resolve("broker-" + settings.nodeId() + ".log");
        List<String> lines = properties.entrySet().stream()
                .map(property -> property.getKey() + "=" + property.getValue().replace("\\", "\\\\"))
                .toList();
        try {
            Files.write(this.properties, lines);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + this.properties, e);
        }
    }

    /** The broker's own program: a file of broker properties, and the process to end with. */
    public static void main(String[] arguments) throws IOException {
        Properties file = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(arguments[0]))) {
            file.load(reader);
        }
        Map<String, String> settings = new TreeMap<>();
        file.stringPropertyNames().forEach(name -> settings.put(name, file.getProperty(name)));
        KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(settings, false), Time.SYSTEM);
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown, "stop-broker"));
        endWith(ProcessHandle.of(Long.parseLong(arguments[1])).orElseThrow());
        server.startup();
        server.awaitShutdown();
    }

    private static void endWith(ProcessHandle parent) {
        Thread watch = new Thread(
                () -> {
                    parent.onExit().join();
                    Runtime.getRuntime().halt(1);
                },
                "watch-parent");
        watch.setDaemon(true);
        watch.start();
    }

    void start() {
        if (isRunning()) {
            throw new IllegalStateException("the broker of " + properties.getFileName() + " runs already");
        }
        try {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(javaOptions);
            command.addAll(List.of(
                    "-cp",
                    System.getProperty("java.class.path"),
                    BrokerProcess.class.getName(),
                    properties.toString(),
                    Long.toString(ProcessHandle.current().pid())));
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            paused = false;
            ended = false;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start the broker of " + properties, e);
        }
    }

    boolean isRunning() {
        return process != null && process.isAlive();
    }

    /** True where somebody asked for its end. */
    boolean wasEnded() {
        return ended;
    }

    boolean isPaused() {
        return paused && isRunning();
    }

    long pid() {
        return process == null ? 0 : process.pid();
    }

    /** SIGKILL; returns when the process is gone. Killing a broker that does not run does no harm. */
    void kill() {
        ended = true;
        if (process != null) {
            process.destroyForcibly();
            awaitEnd(process, SIGNAL_LIMIT);
        }
    }

    /** SIGTERM; past the limit SIGKILL, for instance because there is no controller to say goodbye to. */
    void stop(Duration limit) {
        ended = true;
        if (process != null) {
            process.destroy();
            if (!awaitEnd(process, limit)) {
                kill();
            }
        }
    }

    void pause() {
        Signal.STOP.send(pid(), SIGNAL_LIMIT);
        paused = true;
    }

    void resume() {
        Signal.CONT.send(pid(), SIGNAL_LIMIT);
        paused = false;
    }

    /** Its last lines, for an error message. */
    String lastWords() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
        } catch (IOException e) {
            return "(no log at " + log + ")";
        }
    }

    private static boolean awaitEnd(Process ending, Duration limit) {
        try {
            return ending.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the broker process " + ending.pid() + " ends", e);
        }
    }
}
