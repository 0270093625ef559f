package io.outboxrelay.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import io.outboxrelay.control.Deed;
import io.outboxrelay.coordinator.CoordinatorActor;
import io.outboxrelay.coordinator.PurgeState;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.model.Slots;
import io.outboxrelay.relay.Reach;
import io.outboxrelay.relay.RelayExtension;
import io.outboxrelay.relay.RelayHandles;
import io.outboxrelay.replay.ReplayActor;
import io.outboxrelay.replay.ReplayStatus;
import io.outboxrelay.settings.ManagementCredentials;
import io.outboxrelay.settings.Secret;
import io.outboxrelay.shard.Phase;
import io.outboxrelay.shard.ShardActor;
import io.outboxrelay.shard.ShardStatus;
import io.outboxrelay.store.Refusal;
import io.outboxrelay.testkit.InMemoryOutboxStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.http.javadsl.model.HttpMethod;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.Uri;
import org.apache.pekko.http.javadsl.model.headers.HttpCredentials;
import org.apache.pekko.management.javadsl.ManagementRouteProviderSettings;
import org.apache.pekko.pattern.StatusReply;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** A node's routes over a coordinator that answers as it is told. */
@SuppressWarnings("NullAway.Init") // set before all tests
abstract class RoutesScene {
    static final Duration LIMIT = Duration.ofSeconds(30);
    static final ObjectMapper JSON = new ObjectMapper();
    static final Queue<ShardId> TRIED_AGAIN = new ConcurrentLinkedQueue<>();
    static final AtomicInteger LEAVES = new AtomicInteger();
    static final List<Deed> HISTORY = List.of(
            new Deed("resume", "orders", List.of(2), List.of(), "bob", "", "", Instant.EPOCH.plusSeconds(60)),
            new Deed("pause", "orders", List.of(2), List.of(), "ann", "upgrade", "", Instant.EPOCH));
    static final ReplayStatus REPLAY = new ReplayStatus(
            "id",
            "orders",
            ReplayStatus.State.DONE,
            "key k",
            "ann",
            "lost",
            "here:1",
            7,
            1,
            List.of("e: too large"),
            List.of("e2"),
            1,
            Instant.EPOCH,
            Instant.EPOCH,
            Instant.EPOCH,
            null);
    static final ManagementCredentials CREDENTIALS =
            new ManagementCredentials(new Secret("0123456789abcdef"), "ann", new Secret("p"));
    static final PurgeState PURGE = new PurgeState(
            "orders",
            2.5,
            null,
            List.of(new PurgeState.Part("outbox_p0", true, 8192, 200)),
            List.of(new PurgeState.Wait("outbox_p3", "shards_behind", "shard 1", 60.5)));
    static final Reach REACH = new Reach(
            "orders",
            "here:1",
            new Reach.Side(true, true, 0.5, 60, null, null),
            new Reach.Side(false, null, 5000, 2.5, "no broker", 0.0));
    static ActorTestKit kit;
    static TestProbe<CoordinatorActor.Command> coordinator;
    static TestProbe<ReplayActor.Command> replays;
    static InMemoryOutboxStore store;
    static volatile CoordinatorActor.OutboxState state;

    /** Shard 1 never answers. */
    @BeforeAll
    static void startRelay() {
        kit = ActorTestKit.create("OutboxRoutes", ConfigFactory.load());
        coordinator = kit.createTestProbe();
        replays = kit.createTestProbe();
        store = InMemoryOutboxStore.withShards("orders", 3);
        RelayExtension.get(kit.system())
                .started(new RelayHandles(
                        List.of(new RelayHandles.OutboxHandle(
                                "orders", "shop.outbox", store, () -> CompletableFuture.completedFuture(REACH))),
                        kit.spawn(listening()),
                        kit.spawn(replaying()),
                        new ConcurrentHashMap<>(Map.of("orders", 1)),
                        RoutesScene::status,
                        TRIED_AGAIN::add,
                        RoutesScene::restart,
                        LEAVES::incrementAndGet,
                        CREDENTIALS));
    }

    /** Knows of three shards; anything but that question goes to the probe. */
    private static Behavior<CoordinatorActor.Command> listening() {
        return Behaviors.receiveMessage(message -> {
            if (message instanceof CoordinatorActor.GetOutboxes asked) {
                asked.replyTo().tell(new CoordinatorActor.OutboxStates(Map.of("orders", state)));
            } else if (message instanceof CoordinatorActor.GetHistory asked) {
                asked.replyTo().tell(StatusReply.success(new CoordinatorActor.History(HISTORY)));
            } else if (message instanceof CoordinatorActor.GetPurge asked) {
                asked.replyTo().tell(StatusReply.success(PURGE));
            } else {
                coordinator.ref().tell(message);
            }
            return Behaviors.same();
        });
    }

    /** Has done one replay; anything but that question goes to the probe. */
    private static Behavior<ReplayActor.Command> replaying() {
        return Behaviors.receiveMessage(message -> {
            if (message instanceof ReplayActor.GetReplays asked) {
                asked.replyTo().tell(new ReplayActor.Replays(asked.outbox(), List.of(REPLAY)));
            } else {
                replays.ref().tell(message);
            }
            return Behaviors.same();
        });
    }

    @BeforeEach
    void threeShards() {
        LEAVES.set(0);
        state = new CoordinatorActor.OutboxState(3, null, List.of());
    }

    @AfterAll
    static void stopKit() {
        kit.shutdownTestKit();
    }

    private static CompletionStage<ShardStatus> status(ShardId shard) {
        return shard.number() == 1
                ? CompletableFuture.failedFuture(new TimeoutException("planned"))
                : CompletableFuture.completedFuture(new ShardStatus(
                        "orders",
                        shard.number(),
                        "here:1",
                        Phase.RELAYING,
                        7,
                        "cursor 9",
                        12,
                        true,
                        1.5,
                        2.25,
                        3,
                        4,
                        5,
                        1,
                        true,
                        "Kafka is away",
                        null,
                        null,
                        0.5,
                        0,
                        true));
    }

    private static CompletionStage<ShardActor.Restarting> restart(ShardId shard) {
        return shard.number() == 1
                ? CompletableFuture.failedFuture(new TimeoutException("planned"))
                : CompletableFuture.completedFuture(new ShardActor.Restarting(Phase.RELAYING, 7));
    }

    /** Returns the event's id. */
    static String parkedEvent() throws Exception {
        store.append("key", "poison");
        OutboxRow row = store.committedRows().get(store.committedRows().size() - 1);
        int shard = Slots.shardOf(Slots.of("key"), 3);
        Claim claim =
                store.claim(new ShardId("orders", shard)).toCompletableFuture().get();
        Chunk nothing = new Chunk(claim.shard(), List.of(), claim.position());
        Refusal refusal = new Refusal(row, Refusal.Kind.REFUSED, "too large");
        store.park(claim, List.of(nothing), List.of(refusal))
                .toCompletableFuture()
                .get();
        return row.id();
    }

    static List<Endpoint> endpoints() {
        return new Endpoints(kit.system()).all();
    }

    /** For shard 0 of the outbox. */
    static HttpRequest request(HttpMethod method, String path) {
        return HttpRequest.create(
                        path.replace("{name}", "orders").replace("{n}", "0").replace("{event}", "e"))
                .withMethod(method);
    }

    static HttpRequest get(String path) {
        return HttpRequest.GET(path);
    }

    static String problem(HttpRequest request, int status) throws Exception {
        HttpResponse response = send(request, false);
        assertThat(response.entity().getContentType().toString()).isEqualTo("application/problem+json");
        JsonNode problem = body(request, status);
        assertThat(problem.fieldNames()).toIterable().containsExactly("type", "title", "status", "detail");
        assertThat(problem.get("status").intValue()).isEqualTo(status);
        return problem.get("detail").textValue();
    }

    static JsonNode body(HttpRequest request, int status) throws Exception {
        HttpResponse response = send(request, false);
        assertThat(response.status().intValue()).isEqualTo(status);
        return json(response);
    }

    static HttpResponse send(HttpRequest request, boolean readOnly) throws Exception {
        return result(sending(request, readOnly));
    }

    /** With the right token, where the request has no credentials of its own. */
    static CompletionStage<HttpResponse> sending(HttpRequest request, boolean readOnly) throws Exception {
        return sendingAsIs(
                request.getHeader("Authorization").isPresent()
                        ? request
                        : request.addCredentials(HttpCredentials.createOAuth2BearerToken(
                                CREDENTIALS.token().reveal())),
                readOnly);
    }

    static CompletionStage<HttpResponse> sendingAsIs(HttpRequest request, boolean readOnly) throws Exception {
        ExtendedActorSystem system = (ExtendedActorSystem) Adapter.toClassic(kit.system());
        ManagementRouteProviderSettings settings = ManagementRouteProviderSettings.create(
                        Uri.create("http://localhost:7626"))
                .withReadOnly(readOnly);
        return new OutboxRoutes(system).routes(settings).seal().handler(system).apply(request);
    }

    static HttpResponse result(CompletionStage<HttpResponse> answer) throws Exception {
        return answer.toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    static JsonNode json(HttpResponse response) throws Exception {
        return JSON.readTree(text(response));
    }

    static String text(HttpResponse response) throws Exception {
        return response.entity()
                .toStrict(LIMIT.toMillis(), kit.system())
                .toCompletableFuture()
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .getData()
                .utf8String();
    }
}
