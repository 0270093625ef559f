package io.outboxrelay.sandbox;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;

/**
 * One real Kafka broker (which is its own controller) inside this JVM, on 127.0.0.1, with its data in a temporary folder.
 * Topics are created on first use with three partitions unless a broker property says otherwise.
 */
public final class SandboxKafka implements AutoCloseable {
    private static final int ADMIN_LIMIT_SECONDS = 60;
    /** Ids differ within one JVM, because Kafka names its JMX beans by them. */
    private static final AtomicInteger NEXT_NODE_ID = new AtomicInteger(1);

    private final TemporaryFolder folder;
    private final BrokerSettings settings;
    private final Map<String, String> properties;
    private final ExitHook exitHook;
    private @Nullable KafkaRaftServer server;
    private boolean closed;

    private SandboxKafka(Path parentDirectory, Map<String, String> brokerProperties) {
        try (ExitHook.Hold hold = new ExitHook.Hold()) {
            this.folder = TemporaryFolder.create(parentDirectory, "sandbox-kafka-");
            this.settings = new BrokerSettings(
                    NEXT_NODE_ID.getAndIncrement(), LoopbackPort.findFree(), LoopbackPort.findFree(), folder.path());
            this.properties = settings.with(brokerProperties);
            this.exitHook = ExitHook.register("sandbox-kafka-" + settings.brokerPort(), this::close, folder);
        }
    }

    /** Starts a broker with its data in the system's temporary folder. */
    public static SandboxKafka start() {
        return start(TemporaryFolder.systemDefault());
    }

    /** Starts a broker with its data in a new folder inside the given one, which is created if needed. */
    public static SandboxKafka start(Path parentDirectory) {
        return start(parentDirectory, Map.of());
    }

    /** Starts a broker with its data in a new folder inside the given one, and with further broker properties. */
    public static SandboxKafka start(Path parentDirectory, Map<String, String> brokerProperties) {
        SandboxKafka kafka = new SandboxKafka(parentDirectory, brokerProperties);
        try {
            kafka.settings.format(Uuid.randomUuid().toString());
            kafka.startAgain();
            return kafka;
        } catch (RuntimeException | Error failure) {
            kafka.close();
            throw failure;
        }
    }

    /** Address for clients; it stays the same over {@link #stop()} and {@link #startAgain()}. */
    public String bootstrapServers() {
        return "127.0.0.1:" + settings.brokerPort();
    }

    /** Creates a topic and waits until the controller has it. */
    public void createTopic(String name, int partitions) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(name, Optional.of(partitions), Optional.empty())))
                    .all()
                    .get(ADMIN_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("cannot create the topic " + name + ", partitions = " + partitions, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while creating the topic " + name, e);
        }
    }

    /** Stops the broker and keeps its port and data for {@link #startAgain()}. Stopping twice does no harm. */
    public synchronized void stop() {
        KafkaRaftServer running = server;
        server = null;
        if (running != null) {
            running.shutdown();
            running.awaitShutdown();
        }
    }

    /** Starts a stopped broker on the same port and data. */
    public synchronized void startAgain() {
        if (closed) {
            throw new IllegalStateException("the sandbox Kafka on " + bootstrapServers() + " is closed");
        }
        if (server != null) {
            throw new IllegalStateException("the sandbox Kafka on " + bootstrapServers() + " runs already");
        }
        KafkaRaftServer starting = new KafkaRaftServer(new KafkaConfig(properties, false), Time.SYSTEM);
        server = starting;
        starting.startup();
    }

    /** Leaves closing to the caller alone, who may need an order in which several things are closed at exit. */
    public SandboxKafka withoutExitHook() {
        exitHook.cancel();
        return this;
    }

    /** Stops the broker and deletes its data. Closing twice does no harm. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        exitHook.cancel();
        try {
            stop();
        } finally {
            folder.delete();
        }
    }
}
