package io.outboxrelay.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.outboxrelay.coordinator.CoordinatorActor;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.model.Slots;
import io.outboxrelay.store.OutboxAdmin;
import io.outboxrelay.store.ParkedEdit;
import io.outboxrelay.testkit.TestEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.pattern.StatusReply;
import org.junit.jupiter.api.Test;

class ParkedRoutesTest extends RoutesScene {
    @Test
    void listsParkedRowsPageByPage() throws Exception {
        String event = parkedEvent();
        JsonNode page = body(get("/outbox/orders/parked?limit=1000"), 200);
        assertThat(page.get("parked").findValuesAsText("event")).contains(event);
        assertThat(page.get("parked"))
                .filteredOn(row -> row.get("event").textValue().equals(event))
                .singleElement()
                .satisfies(row -> assertThat(row.get("reason").textValue()).isEqualTo("too large"));
        assertThat(page.get("next").isNull()).isTrue();
        JsonNode first = body(get("/outbox/orders/parked?limit=1"), 200);
        assertThat(first.get("next").textValue()).isNotEmpty();
        assertThat(problem(get("/outbox/orders/parked?limit=0"), 400)).contains("legal: 1 to 1000");
        assertThat(problem(get("/outbox/orders/parked?after=nowhere"), 400)).contains("'nowhere'", "`next`");
        assertThat(problem(get("/outbox/orders/parked/x/y"), 404)).contains("/parked/{event}/release");
    }

    @Test
    void releasesAParkedRowOnceThatIsWrittenDownAndTellsItsShard() throws Exception {
        String event = parkedEvent();
        String path = "/outbox/orders/parked/" + event + "/release";
        assertThat(send(HttpRequest.POST(path), true).status().intValue()).isEqualTo(403);
        CompletionStage<HttpResponse> answer = sending(HttpRequest.POST(path + "?by=ann&reason=fixed"), false);
        CoordinatorActor.NoteDecision noted =
                coordinator.expectMessageClass(CoordinatorActor.NoteDecision.class, LIMIT);
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
        coordinator
                .expectMessageClass(CoordinatorActor.NoteDecision.class, LIMIT)
                .replyTo()
                .tell(StatusReply.ack());
        HttpResponse refused = result(answer);
        assertThat(refused.status().intValue()).isEqualTo(404);
        assertThat(json(refused).get("detail").textValue()).contains("no event none");
    }

    private static HttpRequest patch(String event, String body) {
        return HttpRequest.PATCH("/outbox/orders/parked/" + event).withEntity(ContentTypes.APPLICATION_JSON, body);
    }

    @Test
    void showsOneParkedRowAsTheListDoes() throws Exception {
        String event = parkedEvent();
        JsonNode row = body(get("/outbox/orders/parked/" + event), 200);
        assertThat(row.get("event").textValue()).isEqualTo(event);
        assertThat(body(get("/outbox/orders/parked?limit=1000"), 200).get("parked"))
                .contains(row);
        assertThat(problem(get("/outbox/orders/parked/none"), 404)).contains("no event none is put aside");
        assertThat(problem(get("/outbox/orders/parked/a%20b%2Fc+d"), 404)).contains("no event a b/c+d is put aside");
        assertThat(problem(HttpRequest.POST("/outbox/orders/parked/" + event), 405))
                .contains("legal: GET, PATCH");
    }

    @Test
    void changesAParkedRowOnceThatIsWrittenDownWithoutItsValues() throws Exception {
        String event = parkedEvent();
        String change = "{\"payload\": \"canary\", \"headers\": {\"a\": \"canary\"}, \"by\": \"ann\"}";
        assertThat(send(patch(event, change), true).status().intValue()).isEqualTo(403);
        CompletionStage<HttpResponse> answer = sending(patch(event, change), false);
        CoordinatorActor.NoteEdit noted = coordinator.expectMessageClass(CoordinatorActor.NoteEdit.class, LIMIT);
        assertThat(noted.event()).isEqualTo(event);
        assertThat(noted.by()).isEqualTo("ann");
        assertThat(noted.fields())
                .containsExactly(new ParkedEdit.Field("payload", 6L, 6L), new ParkedEdit.Field("headers", null, 14L));
        assertThat(noted.toString()).doesNotContain("canary");
        assertThat(payloadOf(event)).isEqualTo("poison");
        noted.replyTo().tell(StatusReply.ack());
        HttpResponse done = result(answer);
        assertThat(done.status().intValue()).isEqualTo(200);
        assertThat(json(done).get("fields").findValuesAsText("name")).containsExactly("payload", "headers");
        assertThat(json(done).toString()).doesNotContain("canary");
        assertThat(payloadOf(event)).isEqualTo("canary");
        assertThat(TRIED_AGAIN).isEmpty();
    }

    private static String payloadOf(String event) {
        return store.parked().stream()
                .filter(refusal -> refusal.row().id().equals(event))
                .map(refusal -> TestEvent.of(refusal.row()).text())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void anEditThatCannotBeIsRefusedBeforeItIsWrittenDown() throws Exception {
        String event = parkedEvent();
        assertThat(problem(patch("none", "{\"type\": \"T\"}"), 404)).contains("no event none");
        assertThat(problem(patch(event, "{\"aggregateid\": \"other\"}"), 400)).contains("change places");
        assertThat(problem(patch(event, ""), 400)).contains("JSON object");
        assertThat(problem(patch(event, "{\"type\": \"" + "x".repeat(4 << 20) + "\"}"), 413))
                .contains("larger", "legal: 0 to 4194304 bytes");
        store.decide(OutboxAdmin.Decision.RELEASE, List.of(event))
                .toCompletableFuture()
                .get();
        assertThat(problem(patch(event, "{\"type\": \"T\"}"), 409)).contains("legal for an edit: refused, passed");
        coordinator.expectNoMessage(Duration.ofMillis(50));
    }

    @Test
    void aPayloadThatTheStoreRefusesIsABadRequest() throws Exception {
        String event = parkedEvent();
        CompletionStage<HttpResponse> answer =
                sending(patch(event, "{\"payload\": \"" + "x".repeat(1100 << 10) + "\"}"), false);
        coordinator
                .expectMessageClass(CoordinatorActor.NoteEdit.class, LIMIT)
                .replyTo()
                .tell(StatusReply.ack());
        HttpResponse refused = result(answer);
        assertThat(refused.status().intValue()).isEqualTo(400);
        assertThat(json(refused).get("detail").textValue()).contains("payload has 1126400 bytes, legal: 0 to 1024000");
    }
}
