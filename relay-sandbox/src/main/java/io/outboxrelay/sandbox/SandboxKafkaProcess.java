package io.outboxrelay.sandbox;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;

/**
 * One Kafka broker, its own controller, in a JVM of its own on 127.0.0.1: what it costs can be measured apart from whoever
 * uses it. Its data is in a temporary folder, and it is compiled well, unlike those of {@link SandboxKafkaCluster}.
 */
public final class SandboxKafkaProcess implements AutoCloseable {
    /** On a loaded machine of one core a broker has taken more than one minute. */
    private static final int LIMIT_SECONDS = 240;

    private static final List<String> JAVA_OPTIONS = List.of("-Xms1g", "-Xmx1g", "-XX:+UseG1GC");

    private final TemporaryFolder folder;
    private final BrokerSettings settings;
    private final BrokerProcess broker;
    private final ExitHook exitHook;

    private SandboxKafkaProcess(Map<String, String> brokerProperties) {
        try (ExitHook.Hold hold = new ExitHook.Hold()) {
            this.folder = TemporaryFolder.create(TemporaryFolder.systemDefault(), "sandbox-kafka-process-");
            this.settings = new BrokerSettings(
                    1,
                    LoopbackPort.findFree(),
                    LoopbackPort.findFree(),
                    folder.path().resolve("data"));
            this.broker = new BrokerProcess(settings, settings.with(brokerProperties), folder.path(), JAVA_OPTIONS);
            this.exitHook = ExitHook.register("sandbox-kafka-process", this::close, folder);
        }
    }

    /** Starts a broker with further broker properties; {@link #createTopic} waits until it answers. */
    public static SandboxKafkaProcess start(Map<String, String> brokerProperties) {
        SandboxKafkaProcess kafka = new SandboxKafkaProcess(brokerProperties);
        try {
            kafka.settings.format(Uuid.randomUuid().toString());
            kafka.broker.start();
            return kafka;
        } catch (RuntimeException | Error failure) {
            kafka.close();
            throw failure;
        }
    }

    /** Address for clients. */
    public String bootstrapServers() {
        return "127.0.0.1:" + settings.brokerPort();
    }

    /** Process id of the broker. */
    public long pid() {
        return broker.pid();
    }

    /** Creates a topic, as soon as the broker answers. */
    public void createTopic(String name, int partitions) {
        Map<String, Object> patient =
                Map.of("bootstrap.servers", bootstrapServers(), "default.api.timeout.ms", 1_000 * LIMIT_SECONDS);
        try (Admin admin = Admin.create(patient)) {
            admin.createTopics(List.of(new NewTopic(name, Optional.of(partitions), Optional.empty())))
                    .all()
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(
                    "cannot create the topic " + name + "; the broker's last words:\n" + broker.lastWords(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while creating the topic " + name, e);
        }
    }

    /** Kills the broker and deletes its data. Closing twice does no harm. */
    @Override
    public void close() {
        exitHook.cancel();
        try {
            broker.kill();
        } finally {
            folder.delete();
        }
    }
}
