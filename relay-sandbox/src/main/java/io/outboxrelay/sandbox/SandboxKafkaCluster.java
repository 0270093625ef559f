package io.outboxrelay.sandbox;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Uuid;

/**
 * Three Kafka brokers, numbered 1 to 3, each broker and controller in a JVM of its own on 127.0.0.1, with their data in a
 * temporary folder: three replicas of everything, of which two must be in sync. One may fail at a time; with two down
 * there is neither a controller nor anything to write to. Topics are not created on first use unless a property says so.
 */
public final class SandboxKafkaCluster implements AutoCloseable {
    /** How many there are. */
    public static final int BROKERS = 3;

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
    private static final Duration POLL = Duration.ofMillis(100);

    private final TemporaryFolder folder;
    private final List<BrokerSettings> settings = new ArrayList<>();
    private final List<BrokerProcess> brokers = new ArrayList<>();
    private final ExitHook exitHook;
    private boolean closed;

    private SandboxKafkaCluster(Path parentDirectory) {
        try (ExitHook.Hold hold = new ExitHook.Hold()) {
            this.folder = TemporaryFolder.create(parentDirectory, "sandbox-kafka-cluster-");
            this.exitHook = ExitHook.register("sandbox-kafka-cluster", this::close, folder);
        }
        for (int n = 1; n <= BROKERS; n++) {
            settings.add(new BrokerSettings(
                    n,
                    LoopbackPort.findFree(),
                    LoopbackPort.findFree(),
                    folder.path().resolve("data-" + n)));
        }
    }

    /** Starts all brokers with their data in the system's temporary folder. */
    public static SandboxKafkaCluster start() {
        return start(TemporaryFolder.systemDefault(), Map.of());
    }

    /** Starts all brokers with their data in a new folder inside the given one, and with further broker properties. */
    public static SandboxKafkaCluster start(Path parentDirectory, Map<String, String> brokerProperties) {
        SandboxKafkaCluster cluster = new SandboxKafkaCluster(parentDirectory);
        try {
            cluster.configure(brokerProperties);
            for (int n = 1; n <= BROKERS; n++) {
                cluster.start(n);
            }
            cluster.awaitInSync();
            return cluster;
        } catch (RuntimeException | Error failure) {
            cluster.close();
            throw failure;
        }
    }

    private void configure(Map<String, String> further) {
        String clusterId = Uuid.randomUuid().toString();
        Map<String, String> common = new TreeMap<>();
        common.put(
                "controller.quorum.voters",
                settings.stream()
                        .map(broker -> broker.nodeId() + "@127.0.0.1:" + broker.controllerPort())
                        .collect(Collectors.joining(",")));
        common.put("auto.create.topics.enable", "false");
        common.put("principal.builder.class", ControllerPrincipal.class.getName());
        common.put("super.users", "User:" + ControllerPrincipal.NAME);
        for (String factor : List.of(
                "default.replication.factor",
                "offsets.topic.replication.factor",
                "transaction.state.log.replication.factor",
                "share.coordinator.state.topic.replication.factor")) {
            common.put(factor, Integer.toString(BROKERS));
        }
        for (String inSync : List.of(
                "min.insync.replicas", "transaction.state.log.min.isr", "share.coordinator.state.topic.min.isr")) {
            common.put(inSync, Integer.toString(BROKERS - 1));
        }
        common.putAll(further);
        for (BrokerSettings broker : settings) {
            broker.format(clusterId);
            brokers.add(new BrokerProcess(broker, broker.with(common), folder.path(), BrokerProcess.SMALL));
        }
    }

    /** Addresses of all brokers for clients; they stay the same whatever happens to the brokers. */
    public String bootstrapServers() {
        return settings.stream()
                .map(broker -> "127.0.0.1:" + broker.brokerPort())
                .collect(Collectors.joining(","));
    }

    /** Creates a topic with three replicas and waits until every broker that is up has it. */
    public void createTopic(String name, int partitions) {
        try (Admin admin = admin()) {
            get(admin.createTopics(List.of(new NewTopic(name, Optional.of(partitions), Optional.empty())))
                    .all());
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("cannot create the topic " + name + ", partitions = " + partitions, e);
        }
        awaitInSync();
    }

    /** Process id of a broker that was started. */
    public synchronized long pid(int broker) {
        return process(broker).pid();
    }

    /** Kill -9. */
    public synchronized void kill(int broker) {
        process(broker).kill();
    }

    /** An orderly stop, in which the broker hands over what it leads; a broker that cannot is killed in the end. */
    public synchronized void stop(int broker) {
        process(broker).stop(STOP_LIMIT);
    }

    /** Starts a broker that does not run, on the same ports and data; {@link #awaitInSync} waits for it. */
    public synchronized void start(int broker) {
        if (closed) {
            throw new IllegalStateException("the sandbox Kafka cluster on " + bootstrapServers() + " is closed");
        }
        process(broker).start();
    }

    /** SIGSTOP: the process is there, its connections are open, and nothing answers. */
    public synchronized void pause(int broker) {
        process(broker).pause();
    }

    /** SIGCONT. */
    public synchronized void resume(int broker) {
        process(broker).resume();
    }

    private BrokerProcess process(int broker) {
        if (broker < 1 || broker > BROKERS) {
            throw new IllegalArgumentException("broker " + broker + ", legal: 1 to " + BROKERS);
        }
        return brokers.get(broker - 1);
    }

    /** The broker that leads a partition. */
    public int leader(String topic, int partition) {
        try (Admin admin = admin()) {
            return get(Objects.requireNonNull(admin.describeTopics(List.of(topic))
                            .topicNameValues()
                            .get(topic)))
                    .partitions()
                    .get(partition)
                    .leader()
                    .id();
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("no leader of " + topic + "-" + partition + " is known", e);
        }
    }

    /** Waits until every broker that was started is in the cluster, and every replica on them in sync. */
    public void awaitInSync() {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        try (Admin admin = admin()) {
            while (!isInSync(admin)) {
                if (System.nanoTime() - deadline > 0) {
                    throw new IllegalStateException("not all Kafka brokers were in sync within " + LIMIT.toSeconds()
                            + " s; last words of the first:\n" + brokers.get(0).lastWords());
                }
                LockSupport.parkNanos(POLL.toNanos());
            }
        }
    }

    private boolean isInSync(Admin admin) {
        long expected = running();
        try {
            if (get(admin.describeCluster().nodes()).size() != expected) {
                return false;
            }
            Map<String, TopicDescription> topics =
                    get(admin.describeTopics(get(admin.listTopics().names())).allTopicNames());
            return topics.values().stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .allMatch(partition -> partition.isr().size()
                            == Math.min(expected, partition.replicas().size()));
        } catch (ExecutionException | TimeoutException notYet) {
            return false;
        }
    }

    private synchronized long running() {
        for (BrokerProcess broker : brokers) {
            if (broker.pid() != 0 && !broker.isRunning() && !broker.wasEnded()) {
                throw new IllegalStateException(
                        "a Kafka broker ended by itself; its last words:\n" + broker.lastWords());
            }
        }
        return brokers.stream()
                .filter(broker -> broker.isRunning() && !broker.isPaused())
                .count();
    }

    private Admin admin() {
        return Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers(),
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                "5000",
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                "10000"));
    }

    private static <T> T get(KafkaFuture<T> future) throws ExecutionException, TimeoutException {
        try {
            return future.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for Kafka", e);
        }
    }

    /** Kills all brokers and deletes their data. Closing twice does no harm. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        exitHook.cancel();
        try {
            brokers.forEach(BrokerProcess::kill);
        } finally {
            folder.delete();
        }
    }
}
