package io.outboxrelay.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import io.outboxrelay.coordinator.CoordinatorActor;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.model.Slots;
import io.outboxrelay.relay.RelayExtension;
import io.outboxrelay.relay.RelayHandles;
import io.outboxrelay.shard.Phase;
import io.outboxrelay.shard.ShardStatus;
import io.outboxrelay.store.OutboxAdmin;
import io.outboxrelay.store.Refusal;
import io.outboxrelay.testkit.InMemoryOutboxStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.Uri;
import org.apache.pekko.management.javadsl.ManagementRouteProviderSettings;
import org.apache.pekko.pattern.StatusReply;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutboxRoutesTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ActorTestKit KIT = ActorTestKit.create("OutboxRoutesTest", ConfigFactory.load());
    private static final TestProbe<CoordinatorActor.Command> COORDINATOR = KIT.createTestProbe();
    private static final InMemoryOutboxStore STORE = InMemoryOutboxStore.withShards("orders", 3);
    private static final Queue<ShardId> TRIED_AGAIN = new ConcurrentLinkedQueue<>();
    private static volatile CoordinatorActor.OutboxState state;

    /** Shard 1 never answers. */
    @BeforeAll
    static void startRelay() {
        RelayExtension.get(KIT.system())
                .started(new RelayHandles(
                        List.of(new RelayHandles.OutboxHandle("orders", "shop.outbox", STORE)),
                        KIT.spawn(coordinator()),
                        new ConcurrentHashMap<>(Map.of("orders", 1)),
                        OutboxRoutesTest::status,
                        TRIED_AGAIN::add));
    }

    /** Knows of three shards; anything but that question goes to the probe. */
    private static Behavior<CoordinatorActor.Command> coordinator() {
        return Behaviors.receiveMessage(message -> {
            if (message instanceof CoordinatorActor.GetOutboxes asked) {
                asked.replyTo().tell(new CoordinatorActor.OutboxStates(Map.of("orders", state)));
            } else {
                COORDINATOR.ref().tell(message);
            }
            return Behaviors.same();
        });
    }

    @BeforeEach
    void threeShards() {
        state = new CoordinatorActor.OutboxState(3, null);
    }

    @AfterAll
    static void stopKit() {
        KIT.shutdownTestKit();
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
                        null,
                        null,
                        0.5,
                        0));
    }

    @Test
    void listsTheOutboxes() throws Exception {
        JsonNode orders =
                JSON.readTree("{\"name\":\"orders\",\"table\":\"shop.outbox\",\"shards\":3,\"reshardingTo\":null}");
        assertThat(body(get("/outbox"), 200).get("outboxes")).containsExactly(orders);
        assertThat(body(get("/outbox/orders"), 200)).isEqualTo(orders);
    }

    @Test
    void showsEveryShardInOrderWhetherItAnswersOrNot() throws Exception {
        JsonNode body = body(get("/outbox/orders/shards"), 200);
        assertThat(body.get("outbox").textValue()).isEqualTo("orders");
        assertThat(body.get("shards").findValuesAsText("shard")).containsExactly("0", "1", "2");
        assertThat(body.get("shards").findValuesAsText("phase")).containsExactly("relaying", "unknown", "relaying");
        assertThat(body.get("shards").get(1).get("lastError").textValue()).contains("did not answer");
    }

    @Test
    void showsOneShardWithUnitsInTheNames() throws Exception {
        JsonNode shard = body(get("/outbox/orders/shards/2"), 200);
        assertThat(shard).isEqualTo(JSON.readTree("""
                                {"outbox":"orders","shard":2,"node":"here:1","phase":"relaying","epoch":7,
                                 "position":"cursor 9","rowsWaiting":12,"rowsWaitingCapped":true,
                                 "oldestWaitingSeconds":1.5,"ratePerSecond":2.25,"rowsInFlight":3,"publishedRows":4,
                                 "lastError":null,"lastErrorFault":null,"phaseSinceSeconds":0.5,"attempt":0}"""));
    }

    @Test
    void saysWhatExistsWhereSomethingDoesNot() throws Exception {
        assertThat(problem(get("/outbox/bills/shards"), 404)).contains("bills", "legal: orders");
        assertThat(problem(get("/outbox/orders/shards/3"), 404)).contains("no shard 3", "legal: 0 to 2");
        assertThat(problem(get("/outbox/orders/shards/x"), 404)).contains("legal: 0 to 2");
        assertThat(problem(get("/outbox/orders/shard"), 404)).contains("/outbox/{name}/shards");
        assertThat(problem(get("/outbox/orders/shards/1/stop"), 404)).contains("/pause");
    }

    @Test
    void leavesOtherPathsToOtherRoutes() throws Exception {
        assertThat(send(get("/outboxes"), true).status().intValue()).isEqualTo(404);
        assertThat(send(get("/outboxes"), true).entity().getContentType().toString())
                .doesNotContain("problem");
    }

    @Test
    void refusesWrongMethodsAndNamesTheRightOne() throws Exception {
        HttpRequest post = HttpRequest.POST("/outbox/orders/shards");
        assertThat(problem(post, 405)).contains("POST", "legal: GET");
        assertThat(send(post, false).getHeader("Allow").orElseThrow().value()).isEqualTo("GET");
        assertThat(problem(get("/outbox/orders/shards/1/pause"), 405)).contains("legal: POST");
    }

    @Test
    void changesNothingWhileManagementIsReadOnly() throws Exception {
        HttpResponse refused = send(HttpRequest.POST("/outbox/orders/shards/1/pause"), true);
        assertThat(refused.status().intValue()).isEqualTo(403);
        assertThat(json(refused).get("detail").textValue()).contains("read-only");
        COORDINATOR.expectNoMessage(Duration.ofMillis(50));
    }

    @Test
    void pausesWithReasonFromTheQuery() throws Exception {
        CompletionStage<HttpResponse> answer =
                sending(HttpRequest.POST("/outbox/orders/shards/1/pause?reason=upgrade&by=ann"), false);
        CoordinatorActor.Pause pause = COORDINATOR.expectMessageClass(CoordinatorActor.Pause.class, LIMIT);
        assertThat(pause.reason()).isEqualTo("upgrade");
        assertThat(pause.by()).isEqualTo("ann");
        pause.replyTo().tell(StatusReply.ack());
        assertThat(json(result(answer)))
                .isEqualTo(JSON.readTree("{\"outbox\":\"orders\",\"shard\":1,\"paused\":true}"));
    }

    @Test
    void resumesWithReasonFromTheBodyAndPassesOnARefusal() throws Exception {
        HttpRequest request = HttpRequest.POST("/outbox/orders/shards/0/resume")
                .withEntity(ContentTypes.APPLICATION_JSON, "{\"reason\":\"done\"}");
        CompletionStage<HttpResponse> answer = sending(request, false);
        CoordinatorActor.Resume resume = COORDINATOR.expectMessageClass(CoordinatorActor.Resume.class, LIMIT);
        assertThat(resume.reason()).isEqualTo("done");
        assertThat(resume.by()).isEqualTo("unknown");
        resume.replyTo().tell(StatusReply.error(CoordinatorActor.UNAVAILABLE + "the control journal did not confirm"));
        HttpResponse refused = result(answer);
        assertThat(refused.status().intValue()).isEqualTo(503);
        assertThat(json(refused).get("detail").textValue()).contains("did not confirm");
    }

    @Test
    void showsTheShardsLastHeardOfWhileTheCoordinatorDoesNotKnow() throws Exception {
        assertThat(body(get("/outbox/orders/shards"), 200).get("shards")).hasSize(3);
        state = new CoordinatorActor.OutboxState(null, null);
        assertThat(body(get("/outbox/orders/shards"), 200).get("shards")).hasSize(3);
        assertThat(body(get("/outbox/orders"), 200).get("shards").isNull()).isTrue();
    }

    @Test
    void acceptsAReshardOnceItIsWrittenDown() throws Exception {
        CompletionStage<HttpResponse> answer =
                sending(HttpRequest.POST("/outbox/orders/reshard?shards=32&by=ann&reason=growth"), false);
        CoordinatorActor.Reshard reshard = COORDINATOR.expectMessageClass(CoordinatorActor.Reshard.class, LIMIT);
        assertThat(reshard.shards()).isEqualTo(32);
        assertThat(reshard.by()).isEqualTo("ann");
        state = new CoordinatorActor.OutboxState(3, 32);
        reshard.replyTo().tell(StatusReply.ack());
        HttpResponse accepted = result(answer);
        assertThat(accepted.status().intValue()).isEqualTo(202);
        assertThat(json(accepted).get("reshardingTo").intValue()).isEqualTo(32);
    }

    @Test
    void refusesAReshardThatIsNotOne() throws Exception {
        for (String query : List.of("", "?shards=0", "?shards=1025", "?shards=x", "?shards=-1", "?shards=99999")) {
            assertThat(problem(HttpRequest.POST("/outbox/orders/reshard" + query), 400))
                    .contains("legal: ?shards=1 to 1024");
        }
        assertThat(send(HttpRequest.POST("/outbox/orders/reshard?shards=4"), true)
                        .status()
                        .intValue())
                .isEqualTo(403);
        COORDINATOR.expectNoMessage(Duration.ofMillis(50));
        CompletionStage<HttpResponse> answer = sending(HttpRequest.POST("/outbox/orders/reshard?shards=4"), false);
        COORDINATOR
                .expectMessageClass(CoordinatorActor.Reshard.class, LIMIT)
                .replyTo()
                .tell(StatusReply.error("shards [1] of outbox orders are paused; resume them first"));
        assertThat(result(answer).status().intValue()).isEqualTo(409);
    }

    @Test
    void refusesBodiesItDoesNotUnderstandWithoutShowingThem() throws Exception {
        HttpRequest pause = HttpRequest.POST("/outbox/orders/shards/0/pause");
        assertThat(problem(pause.withEntity(ContentTypes.APPLICATION_JSON, "secret{"), 400))
                .contains("JSON object")
                .doesNotContain("secret");
        assertThat(problem(pause.withEntity(ContentTypes.TEXT_PLAIN_UTF8, "reason"), 415))
                .contains("legal: application/json");
        assertThat(problem(HttpRequest.POST("/outbox/orders/shards/0/pause?by=" + "x".repeat(201)), 400))
                .contains("201", "legal: 0 to 200");
    }

    /** Returns the event's id. */
    private static String parkedEvent() throws Exception {
        STORE.append("key", "poison");
        OutboxRow row = STORE.committedRows().get(STORE.committedRows().size() - 1);
        int shard = Slots.shardOf(Slots.of("key"), 3);
        Claim claim =
                STORE.claim(new ShardId("orders", shard)).toCompletableFuture().get();
        Chunk nothing = new Chunk(claim.shard(), List.of(), claim.position());
        Refusal refusal = new Refusal(row, Refusal.Kind.REFUSED, "too large");
        STORE.park(claim, List.of(nothing), List.of(refusal))
                .toCompletableFuture()
                .get();
        return row.id();
    }

    @Test
    void listsParkedRowsPageByPage() throws Exception {
        String event = parkedEvent();
        JsonNode page = body(get("/outbox/orders/parked?limit=1000"), 200);
        assertThat(page.get("parked").findValuesAsText("event")).contains(event);
        assertThat(page.get("parked").get(0).get("reason").textValue()).isEqualTo("too large");
        assertThat(page.get("next").isNull()).isTrue();
        JsonNode first = body(get("/outbox/orders/parked?limit=1"), 200);
        assertThat(first.get("next").textValue()).isNotEmpty();
        assertThat(problem(get("/outbox/orders/parked?limit=0"), 400)).contains("legal: 1 to 1000");
        assertThat(problem(get("/outbox/orders/parked?after=nowhere"), 400)).contains("'nowhere'", "`next`");
        assertThat(problem(get("/outbox/orders/parked/x"), 404)).contains("/parked/{event}/release");
    }

    @Test
    void releasesAParkedRowOnceThatIsWrittenDownAndTellsItsShard() throws Exception {
        String event = parkedEvent();
        String path = "/outbox/orders/parked/" + event + "/release";
        assertThat(send(HttpRequest.POST(path), true).status().intValue()).isEqualTo(403);
        CompletionStage<HttpResponse> answer = sending(HttpRequest.POST(path + "?by=ann&reason=fixed"), false);
        CoordinatorActor.NoteDecision noted =
                COORDINATOR.expectMessageClass(CoordinatorActor.NoteDecision.class, LIMIT);
        assertThat(noted.events()).containsExactly(event);
        assertThat(noted.decision()).isEqualTo(OutboxAdmin.Decision.RELEASE);
        assertThat(TRIED_AGAIN).isEmpty();
        noted.replyTo().tell(StatusReply.ack());
        assertThat(json(result(answer)).get("decision").textValue()).isEqualTo("release");
        assertThat(TRIED_AGAIN).containsExactly(new ShardId("orders", Slots.shardOf(Slots.of("key"), 3)));
        TRIED_AGAIN.clear();
    }

    @Test
    void skippingWhatIsNotParkedIsRefused() throws Exception {
        CompletionStage<HttpResponse> answer = sending(HttpRequest.POST("/outbox/orders/parked/none/skip"), false);
        COORDINATOR
                .expectMessageClass(CoordinatorActor.NoteDecision.class, LIMIT)
                .replyTo()
                .tell(StatusReply.ack());
        HttpResponse refused = result(answer);
        assertThat(refused.status().intValue()).isEqualTo(404);
        assertThat(json(refused).get("detail").textValue()).contains("no event none");
    }

    private static HttpRequest get(String path) {
        return HttpRequest.GET(path);
    }

    private static String problem(HttpRequest request, int status) throws Exception {
        HttpResponse response = send(request, false);
        assertThat(response.entity().getContentType().toString()).isEqualTo("application/problem+json");
        JsonNode problem = body(request, status);
        assertThat(problem.fieldNames()).toIterable().containsExactly("type", "title", "status", "detail");
        assertThat(problem.get("status").intValue()).isEqualTo(status);
        return problem.get("detail").textValue();
    }

    private static JsonNode body(HttpRequest request, int status) throws Exception {
        HttpResponse response = send(request, false);
        assertThat(response.status().intValue()).isEqualTo(status);
        return json(response);
    }

    private static HttpResponse send(HttpRequest request, boolean readOnly) throws Exception {
        return result(sending(request, readOnly));
    }

    private static CompletionStage<HttpResponse> sending(HttpRequest request, boolean readOnly) throws Exception {
        ExtendedActorSystem system = (ExtendedActorSystem) Adapter.toClassic(KIT.system());
        ManagementRouteProviderSettings settings = ManagementRouteProviderSettings.create(
                        Uri.create("http://localhost:7626"))
                .withReadOnly(readOnly);
        return new OutboxRoutes(system).routes(settings).seal().handler(system).apply(request);
    }

    private static HttpResponse result(CompletionStage<HttpResponse> answer) throws Exception {
        return answer.toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private static JsonNode json(HttpResponse response) throws Exception {
        return JSON.readTree(text(response));
    }

    private static String text(HttpResponse response) throws Exception {
        return response.entity()
                .toStrict(LIMIT.toMillis(), KIT.system())
                .toCompletableFuture()
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .getData()
                .utf8String();
    }
}
