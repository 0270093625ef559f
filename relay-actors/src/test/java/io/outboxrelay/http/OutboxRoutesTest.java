package io.outboxrelay.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.outboxrelay.coordinator.CoordinatorActor;
import io.outboxrelay.model.ShardId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.pattern.StatusReply;
import org.junit.jupiter.api.Test;

class OutboxRoutesTest extends RoutesScene {
    @Test
    void listsTheOutboxes() throws Exception {
        JsonNode orders = JSON.readTree(
                "{\"name\":\"orders\",\"table\":\"shop.outbox\",\"shards\":3,\"reshardingTo\":null,\"pinned\":[]}");
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
    void showsShardsByThePage() throws Exception {
        JsonNode first = body(get("/outbox/orders/shards?limit=2"), 200);
        assertThat(first.get("shards").findValuesAsText("shard")).containsExactly("0", "1");
        assertThat(first.get("next").intValue()).isEqualTo(1);
        JsonNode second = body(get("/outbox/orders/shards?limit=2&after=" + first.get("next")), 200);
        assertThat(second.get("shards").findValuesAsText("shard")).containsExactly("2");
        assertThat(second.get("next").isNull()).isTrue();
        assertThat(body(get("/outbox/orders/shards?limit=3"), 200).get("next").isNull())
                .as("nothing after the last")
                .isTrue();
        assertThat(body(get("/outbox/orders/shards"), 200).get("next").isNull()).isTrue();
        assertThat(body(get("/outbox/orders/shards?after=7"), 200).get("shards"))
                .isEmpty();
        for (String value : List.of("-1", "x", "1024", "99999")) {
            assertThat(problem(get("/outbox/orders/shards?after=" + value), 400))
                    .isEqualTo("after = '" + value + "', legal: 0 to 1023");
        }
        for (String value : List.of("", "0", "1025", "x")) {
            assertThat(problem(get("/outbox/orders/shards?limit=" + value), 400))
                    .isEqualTo("limit = '" + value + "', legal: 1 to 1024");
        }
    }

    @Test
    void showsWhatThisNodeReaches() throws Exception {
        assertThat(body(get("/outbox/orders/reachability"), 200)).isEqualTo(JSON.readTree("""
                {"outbox":"orders","node":"here:1",
                 "database":{"reachable":true,"primary":true,"latencyMillis":0.5,"sinceSeconds":60.0,
                             "lastError":null,"lastErrorSecondsAgo":null},
                 "kafka":{"reachable":false,"primary":null,"latencyMillis":5000.0,"sinceSeconds":2.5,
                          "lastError":"no broker","lastErrorSecondsAgo":0.0}}"""));
        assertThat(problem(get("/outbox/bills/reachability"), 404)).contains("legal: orders");
    }

    @Test
    void showsWhatPurgesWaitFor() throws Exception {
        assertThat(body(get("/outbox/orders/purge"), 200)).isEqualTo(JSON.readTree("""
                {"outbox":"orders","lastSecondsAgo":2.5,"lastFailure":null,
                 "parts":[{"name":"outbox_p0","writing":true,"sizeBytes":8192,"rowsAtMost":200}],
                 "waits":[{"part":"outbox_p3","cause":"shards_behind","detail":"shard 1","forSeconds":60.5}]}"""));
        assertThat(problem(get("/outbox/bills/purge"), 404)).contains("legal: orders");
    }

    @Test
    void showsOneShardWithUnitsInTheNames() throws Exception {
        JsonNode shard = body(get("/outbox/orders/shards/2"), 200);
        assertThat(shard).isEqualTo(JSON.readTree("""
                                {"outbox":"orders","shard":2,"node":"here:1","phase":"relaying","epoch":7,
                                 "position":"cursor 9","rowsWaiting":12,"rowsWaitingCapped":true,
                                 "oldestWaitingSeconds":1.5,"ratePerSecond":2.25,"rowsInFlight":3,"publishedRows":4,
                                 "parkedRows":5,"blockedAggregates":1,"stuck":true,"reason":"Kafka is away",
                                 "lastError":null,"lastErrorFault":null,"phaseSinceSeconds":0.5,"attempt":0,
                                 "unready":true}"""));
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
    void tellsWhatOperatorsDidNewestFirst() throws Exception {
        assertThat(body(get("/history?limit=1"), 200)).isEqualTo(JSON.readTree("""
                {"history":[{"action":"resume","outbox":"orders","shards":[2],"events":[],"by":"bob","reason":"",
                             "detail":"","at":"1970-01-01T00:01:00Z"}]}"""));
        assertThat(body(get("/history"), 200).get("history")).hasSize(2);
        assertThat(problem(get("/history?limit=0"), 400)).contains("legal: 1 to 1000");
        assertThat(problem(get("/history/orders"), 404)).contains("/history");
        assertThat(problem(HttpRequest.POST("/history"), 405)).contains("legal: GET");
    }

    @Test
    void changesNothingWhileManagementIsReadOnly() throws Exception {
        HttpResponse refused = send(HttpRequest.POST("/outbox/orders/shards/1/pause"), true);
        assertThat(refused.status().intValue()).isEqualTo(403);
        assertThat(json(refused).get("detail").textValue()).contains("read-only");
        coordinator.expectNoMessage(Duration.ofMillis(50));
    }

    @Test
    void aNodeLeavesWhenItIsToldTo() throws Exception {
        HttpRequest drain = HttpRequest.POST("/node/drain?by=ann&reason=upgrade");
        assertThat(send(drain, true).status().intValue()).isEqualTo(403);
        assertThat(problem(get("/node/drain"), 405)).contains("legal: POST");
        assertThat(problem(HttpRequest.POST("/node"), 404)).contains("/node/drain");
        assertThat(LEAVES).hasValue(0);
        JsonNode answer = body(drain, 202);
        assertThat(answer.get("draining").booleanValue()).isTrue();
        assertThat(answer.get("by").textValue()).isEqualTo("ann");
        await().atMost(LIMIT).until(() -> LEAVES.get() == 1);
    }

    @Test
    void pausesWithReasonFromTheQuery() throws Exception {
        CompletionStage<HttpResponse> answer =
                sending(HttpRequest.POST("/outbox/orders/shards/1/pause?reason=upgrade&by=ann"), false);
        CoordinatorActor.Pause pause = coordinator.expectMessageClass(CoordinatorActor.Pause.class, LIMIT);
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
        CoordinatorActor.Resume resume = coordinator.expectMessageClass(CoordinatorActor.Resume.class, LIMIT);
        assertThat(resume.reason()).isEqualTo("done");
        assertThat(resume.by()).isEqualTo("unknown");
        resume.replyTo().tell(StatusReply.error(CoordinatorActor.UNAVAILABLE + "the control journal did not confirm"));
        HttpResponse refused = result(answer);
        assertThat(refused.status().intValue()).isEqualTo(503);
        assertThat(json(refused).get("detail").textValue()).contains("did not confirm");
    }

    @Test
    void restartsAShardOnceThatIsNoted() throws Exception {
        CompletionStage<HttpResponse> answer =
                sending(HttpRequest.POST("/outbox/orders/shards/2/restart?reason=odd&by=ann"), false);
        CoordinatorActor.Restart restart = coordinator.expectMessageClass(CoordinatorActor.Restart.class, LIMIT);
        assertThat(restart.shard()).isEqualTo(new ShardId("orders", 2));
        assertThat(restart.by()).isEqualTo("ann");
        assertThat(restart.reason()).isEqualTo("odd");
        restart.replyTo().tell(StatusReply.ack());
        HttpResponse accepted = result(answer);
        assertThat(accepted.status().intValue()).isEqualTo(202);
        assertThat(json(accepted)).isEqualTo(JSON.readTree("""
                {"outbox":"orders","shard":2,"phase":"relaying","epoch":7}"""));
    }

    @Test
    void saysThatAShardDidNotAnswerOrMustNotStartAnew() throws Exception {
        assertThat(problem(get("/outbox/orders/shards/1/restart"), 405)).contains("legal: POST");
        CompletionStage<HttpResponse> silent = sending(HttpRequest.POST("/outbox/orders/shards/1/restart"), false);
        coordinator
                .expectMessageClass(CoordinatorActor.Restart.class, LIMIT)
                .replyTo()
                .tell(StatusReply.ack());
        assertThat(result(silent).status().intValue()).isEqualTo(503);
        assertThat(json(result(silent)).get("detail").textValue()).contains("shard orders/1 did not answer");
        CompletionStage<HttpResponse> paused = sending(HttpRequest.POST("/outbox/orders/shards/2/restart"), false);
        coordinator
                .expectMessageClass(CoordinatorActor.Restart.class, LIMIT)
                .replyTo()
                .tell(StatusReply.error("shard orders/2 is paused by ann; resume it instead"));
        assertThat(result(paused).status().intValue()).isEqualTo(409);
    }

    @Test
    void movesAShardToANodeOrToAny() throws Exception {
        for (String to : List.of("there:2", "pekko://relay@there:2", "any")) {
            CompletionStage<HttpResponse> answer =
                    sending(HttpRequest.POST("/outbox/orders/shards/2/move?by=ann&reason=hot&to=" + to), false);
            CoordinatorActor.Move move = coordinator.expectMessageClass(CoordinatorActor.Move.class, LIMIT);
            assertThat(move.shard()).isEqualTo(new ShardId("orders", 2));
            assertThat(move.to()).isEqualTo(to.equals("any") ? null : "there:2");
            assertThat(move.by() + " " + move.reason()).isEqualTo("ann hot");
            move.replyTo().tell(StatusReply.ack());
            assertThat(result(answer).status().intValue()).isEqualTo(202);
            JsonNode moving = json(result(answer));
            assertThat(moving.get("from").textValue()).isEqualTo("here:1");
            assertThat(moving.get("to").textValue()).isEqualTo(move.to());
        }
        state = new CoordinatorActor.OutboxState(3, null, List.of(new CoordinatorActor.Pinned(2, "there:2")));
        assertThat(body(get("/outbox/orders"), 200).get("pinned"))
                .isEqualTo(JSON.readTree("[{\"shard\":2,\"node\":\"there:2\"}]"));
        state = new CoordinatorActor.OutboxState(3, null, null);
        assertThat(body(get("/outbox/orders"), 200).get("pinned"))
                .as("of a coordinator that knows no pins")
                .isEmpty();
    }

    @Test
    void refusesToMoveToWhatIsNoNode() throws Exception {
        for (String query : List.of("", "?to=", "?to=there", "?to=there:x", "?to=a/b:1", "?to=ANY")) {
            assertThat(problem(HttpRequest.POST("/outbox/orders/shards/2/move" + query), 400))
                    .contains("to = '", "legal: ?to=host:port", "?to=any");
        }
        coordinator.expectNoMessage(Duration.ofMillis(50));
        CompletionStage<HttpResponse> gone = sending(HttpRequest.POST("/outbox/orders/shards/2/move?to=gone:1"), false);
        coordinator
                .expectMessageClass(CoordinatorActor.Move.class, LIMIT)
                .replyTo()
                .tell(StatusReply.error("there is no node gone:1 in this cluster, legal: here:1, any"));
        assertThat(result(gone).status().intValue()).isEqualTo(409);
    }

    @Test
    void showsTheShardsLastHeardOfWhileTheCoordinatorDoesNotKnow() throws Exception {
        assertThat(body(get("/outbox/orders/shards"), 200).get("shards")).hasSize(3);
        state = new CoordinatorActor.OutboxState(null, null, List.of());
        assertThat(body(get("/outbox/orders/shards"), 200).get("shards")).hasSize(3);
        assertThat(body(get("/outbox/orders"), 200).get("shards").isNull()).isTrue();
    }

    @Test
    void acceptsAReshardOnceItIsWrittenDown() throws Exception {
        CompletionStage<HttpResponse> answer =
                sending(HttpRequest.POST("/outbox/orders/reshard?shards=32&by=ann&reason=growth"), false);
        CoordinatorActor.Reshard reshard = coordinator.expectMessageClass(CoordinatorActor.Reshard.class, LIMIT);
        assertThat(reshard.shards()).isEqualTo(32);
        assertThat(reshard.by()).isEqualTo("ann");
        state = new CoordinatorActor.OutboxState(3, 32, List.of());
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
        coordinator.expectNoMessage(Duration.ofMillis(50));
        CompletionStage<HttpResponse> answer = sending(HttpRequest.POST("/outbox/orders/reshard?shards=4"), false);
        coordinator
                .expectMessageClass(CoordinatorActor.Reshard.class, LIMIT)
                .replyTo()
                .tell(StatusReply.error("shards [1] of outbox orders are paused; resume them first"));
        assertThat(result(answer).status().intValue()).isEqualTo(409);
    }

    @Test
    void namesWithStrangeCharactersAreOnlyNames() throws Exception {
        for (String name :
                List.of("..", "%2e%2e", "a%2Fb", "%00", "%25zz", "%F0%9F%98%80", "a+b", "a;b", "%22%3Cx%3E")) {
            problem(get("/outbox/" + name), 404);
            problem(get("/outbox/orders/shards/" + name), 404);
            problem(get("/outbox/orders/parked/" + name), 404);
        }
    }

    @Test
    void refusesBodiesItDoesNotUnderstandWithoutShowingThem() throws Exception {
        HttpRequest pause = HttpRequest.POST("/outbox/orders/shards/0/pause");
        assertThat(problem(pause.withEntity(ContentTypes.APPLICATION_JSON, "secret{"), 400))
                .contains("JSON object")
                .doesNotContain("secret");
        assertThat(problem(HttpRequest.POST("/outbox/orders/shards/0/pause?by=" + "x".repeat(201)), 400))
                .contains("201", "legal: 0 to 200");
    }
}
