package io.outboxrelay.node;

import io.outboxrelay.cluster.PekkoConfiguration;
import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.forming.ClusterForming;
import io.outboxrelay.http.ServedTls;
import io.outboxrelay.metrics.RelayMetrics;
import io.outboxrelay.publish.KafkaCheck;
import io.outboxrelay.publish.KafkaPublisher;
import io.outboxrelay.publish.LanePublisher;
import io.outboxrelay.publish.Publisher;
import io.outboxrelay.relay.RelayStart;
import io.outboxrelay.relay.RelayedOutbox;
import io.outboxrelay.replay.ReplaySetup;
import io.outboxrelay.settings.LoadedConfig;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.RelaySettings;
import io.outboxrelay.settings.TlsSettings;
import io.outboxrelay.store.OpenStore;
import io.outboxrelay.store.Owner;
import io.outboxrelay.store.plain.PlainStore;
import io.outboxrelay.store.postgres.RingStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.http.javadsl.model.Uri;
import org.apache.pekko.management.javadsl.ManagementRouteProviderSettings;
import org.apache.pekko.management.javadsl.PekkoManagement;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One relay node, from its configuration to its end: opens every outbox, serves management HTTP, joins the cluster and
 * relays what sharding gives it.
 */
public final class Node {
    /** The cluster removed this node, or it removed itself as part of a minority; start it again. */
    public static final int EXIT_DOWNED = 3;

    /** The cluster's configuration contradicts this node's; starting it again does not help. */
    public static final int EXIT_REFUSED = 4;

    private static final Logger log = LoggerFactory.getLogger(Node.class);
    private static final String SYSTEM = "outbox-relay";
    private static final Duration STOP_LIMIT = Duration.ofMinutes(1);

    private final ActorSystem<Void> system;
    private final RelaySettings settings;
    private final Retrying retrying;
    private final List<RelayedOutbox> outboxes = new ArrayList<>();
    private final List<OpenStore> stores = new ArrayList<>();
    private final List<CompletableFuture<Void>> kafkaChecks = new ArrayList<>();

    private Node(LoadedConfig config) {
        this.settings = config.settings();
        this.system = ActorSystem.create(Behaviors.empty(), SYSTEM, PekkoConfiguration.of(config));
        this.retrying = new Retrying(
                () -> system.getWhenTerminated().toCompletableFuture().isDone());
        CoordinatedShutdown.get(system)
                .addTask(CoordinatedShutdown.PhaseBeforeActorSystemTerminate(), "close outboxes", this::closeOutboxes);
    }

    /**
     * Runs a node until it is told to stop. By a signal that ends the JVM, with exit code 0 once all is in order; the
     * JVM itself would say 143 however orderly the end was.
     *
     * @return the process's exit code: 0, or {@link #EXIT_DOWNED}
     * @throws io.outboxrelay.settings.SettingsException if the configuration is wrong
     * @throws RelayException if the node cannot start until a person acts
     * @throws NodeRefused if its configuration contradicts that of the cluster
     */
    public static int run(Path config) {
        Node node = start(LoadedConfig.load(config));
        Runtime.getRuntime().addShutdownHook(new Thread(node::exitWithZeroOnceInOrder, "exit-with-zero"));
        node.system.getWhenTerminated().toCompletableFuture().join();
        return node.endedBecause(CoordinatedShutdown.clusterDowningReason()) ? EXIT_DOWNED : 0;
    }

    /** The JVM waits for its hooks before it ends with the signal's exit code. */
    private void exitWithZeroOnceInOrder() {
        try {
            system.getWhenTerminated().toCompletableFuture().get(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException notInOrder) {
            return;
        }
        if (endedBecause(CoordinatedShutdown.jvmExitReason())) {
            Runtime.getRuntime().halt(0);
        }
    }

    private boolean endedBecause(CoordinatedShutdown.Reason reason) {
        return CoordinatedShutdown.get(system)
                .getShutdownReason()
                .filter(given -> given == reason)
                .isPresent();
    }

    /** Starts a node and returns once it is a member of the cluster; throws as {@link #run} does. */
    public static Node start(LoadedConfig config) {
        Node node = new Node(config);
        try {
            node.open();
            return node;
        } catch (RuntimeException e) {
            node.stop().toCompletableFuture().join();
            throw ClusterForming.isRefused(node.system) ? new NodeRefused(e) : e;
        }
    }

    /** Hands the shards over, leaves the cluster and ends. */
    public CompletionStage<Done> stop() {
        system.terminate();
        return system.getWhenTerminated();
    }

    public ActorSystem<Void> system() {
        return system;
    }

    private void open() {
        if (settings.otlp().isSent()) {
            RelayMetrics.get(system).send(settings.otlp(), Owner.of(system));
        }
        List<OutboxSettings> all = List.copyOf(settings.outboxes().values());
        List<OpenStore> opened = all.stream().map(this::storeOf).toList();
        stores.addAll(opened);
        List<CompletableFuture<@Nullable Integer>> counts = new ArrayList<>();
        for (int n = 0; n < all.size(); n++) {
            counts.add(shards(all.get(n), opened.get(n)));
        }
        for (int n = 0; n < all.size(); n++) {
            open(all.get(n), opened.get(n), await(counts.get(n)));
        }
        Uri management = await(PekkoManagement.get(system).start(this::secured));
        await(ClusterForming.join(system, settings));
        RelayStart.start(system, settings, outboxes, Clock.systemUTC());
        log.atInfo()
                .addKeyValue("outboxes", settings.outboxes().keySet())
                .addKeyValue("management", settings.management().host() + ":" + management.port())
                .log("node is relaying");
    }

    private ManagementRouteProviderSettings secured(ManagementRouteProviderSettings plain) {
        TlsSettings tls = settings.management().tls();
        return tls.isOn() ? plain.withHttpsConnectionContext(ServedTls.serving(tls)) : plain;
    }

    /** Null where the database does not answer yet, which is no reason to keep the other outboxes waiting. */
    private CompletableFuture<@Nullable Integer> shards(OutboxSettings outbox, OpenStore store) {
        String step = "outbox " + outbox.name() + " at " + outbox.database().safeUrl();
        CompletableFuture<@Nullable Integer> first = new CompletableFuture<>();
        CompletionStage<Integer> known = retrying.whileTransient(
                step,
                () -> store.shards(outbox.shards()).whenComplete((count, failure) -> {
                    if (failure != null && RelayException.of(failure).fault() == Fault.TRANSIENT) {
                        first.complete(null);
                    }
                }));
        known.whenComplete((count, failure) -> {
            if (failure == null) {
                if (!first.complete(count)) {
                    log.info("{} answers", step);
                }
            } else if (!first.completeExceptionally(failure)
                    && RelayException.of(failure).fault() != Fault.TRANSIENT) { // else this node stops
                log.error("{}: {}", step, RelayException.of(failure).getMessage());
            }
        });
        return first;
    }

    private void open(OutboxSettings outbox, OpenStore store, @Nullable Integer shards) {
        if (shards != null && shards != outbox.shards()) {
            log.warn(
                    "outbox {} has {} shards; shards = {} is for new outboxes", outbox.name(), shards, outbox.shards());
        }
        ReplaySetup.Source replays = new ReplaySetup.Source(
                outbox, store.sentRows(), (replay, topic) -> KafkaPublisher.replaying(system, outbox, replay, topic));
        outboxes.add(new RelayedOutbox(outbox, store, store, publisherOf(outbox), replays, shards));
        kafkaChecks.add(retrying.always("outbox " + outbox.name(), () -> KafkaCheck.reach(outbox.kafka()))
                .thenAccept(done -> log.info(
                        "outbox {}: Kafka at {} answers",
                        outbox.name(),
                        outbox.kafka().bootstrapServers())));
    }

    private OpenStore storeOf(OutboxSettings outbox) {
        return switch (outbox.acknowledge().mode()) {
            case RING -> RingStore.open(system, outbox);
            case DELETE, MARK -> PlainStore.open(outbox, Owner.of(system));
        };
    }

    private Publisher publisherOf(OutboxSettings outbox) {
        return switch (outbox.publisher().delivery()) {
            case AT_LEAST_ONCE -> KafkaPublisher.open(system, outbox);
            case EXACTLY_ONCE -> LanePublisher.open(system, outbox);
        };
    }

    private CompletionStage<Done> closeOutboxes() {
        Stream<CompletableFuture<Done>> publishers =
                outboxes.stream().map(outbox -> outbox.publisher().close().toCompletableFuture());
        return CompletableFuture.allOf(publishers.toArray(CompletableFuture[]::new))
                .handle((done, failure) -> {
                    stores.forEach(OpenStore::close);
                    return Done.getInstance();
                });
    }

    private static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw RelayException.of(e);
        }
    }
}
