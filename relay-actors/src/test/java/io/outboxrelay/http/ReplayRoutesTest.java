package io.outboxrelay.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.outboxrelay.replay.ReplayActor;
import io.outboxrelay.replay.Wanted;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.pattern.StatusReply;
import org.junit.jupiter.api.Test;

class ReplayRoutesTest extends RoutesScene {
    private static final String PATH = "/outbox/orders/replay";

    @Test
    void tellsOfTheLastReplays() throws Exception {
        JsonNode one = body(get("/outbox/orders/replays"), 200).get("replays").get(0);
        assertThat(one.get("state").textValue()).isEqualTo("done");
        assertThat(one.get("published").asInt()).isEqualTo(7);
        assertThat(one.get("since").textValue()).isEqualTo("1970-01-01T00:00:00Z");
    }

    @Test
    void asksForWhatTheQueryAndTheBodySay() throws Exception {
        HttpRequest request = HttpRequest.POST(PATH + "?from=2026-11-22T10:00:00Z&event=e1&event=e2&by=ann&reason=lost")
                .withEntity(ContentTypes.APPLICATION_JSON, "{\"event\": [\"e3\"], \"key\": \"k\", \"perSecond\": 5}");
        CompletionStage<HttpResponse> answer = sending(request, false);
        ReplayActor.Begin begin = replays.expectMessageClass(ReplayActor.Begin.class, LIMIT);
        assertThat(begin.outbox()).isEqualTo("orders");
        assertThat(begin.by()).isEqualTo("ann");
        assertThat(begin.reason()).isEqualTo("lost");
        assertThat(begin.wanted())
                .isEqualTo(new Wanted(
                        Instant.parse("2026-11-22T10:00:00Z"), null, null, "k", List.of("e1", "e2", "e3"), "", 5));
        begin.replyTo().tell(StatusReply.success(REPLAY));
        HttpResponse accepted = result(answer);
        assertThat(accepted.status().intValue()).isEqualTo(202);
        assertThat(json(accepted).get("id").textValue()).isEqualTo("id");
    }

    @Test
    void passesOnThatOneRunsAlready() throws Exception {
        CompletionStage<HttpResponse> answer = sending(HttpRequest.POST(PATH + "?key=k"), false);
        replays.expectMessageClass(ReplayActor.Begin.class, LIMIT)
                .replyTo()
                .tell(StatusReply.error("one runs already"));
        HttpResponse refused = result(answer);
        assertThat(refused.status().intValue()).isEqualTo(409);
        assertThat(json(refused).get("detail").textValue()).isEqualTo("one runs already");
    }

    @Test
    void stopsTheOneThatRuns() throws Exception {
        CompletionStage<HttpResponse> answer = sending(HttpRequest.POST(PATH + "/stop?by=ann"), false);
        ReplayActor.Stop stop = replays.expectMessageClass(ReplayActor.Stop.class, LIMIT);
        assertThat(stop.by()).isEqualTo("ann");
        stop.replyTo().tell(StatusReply.success(REPLAY));
        assertThat(result(answer).status().intValue()).isEqualTo(200);
    }

    @Test
    void refusesWhatCouldMeanMoreThanWasMeant() throws Exception {
        assertThat(problem(HttpRequest.POST(PATH), 400)).contains("nothing says which events", "legal:");
        assertThat(problem(HttpRequest.POST(PATH + "?topic=t"), 400)).contains("nothing says which events");
        assertThat(problem(HttpRequest.POST(PATH + "?kay=k&from=2026-11-22T10:00:00Z"), 400))
                .contains("kay means nothing here", "legal: aggregatetype, by, event");
        assertThat(problem(HttpRequest.POST(PATH + "?from=yesterday"), 400)).contains("from = 'yesterday'");
        assertThat(problem(HttpRequest.POST(PATH + "?from=2026-11-22T10:00:00Z&until=2026-11-22T10:00:00Z"), 400))
                .contains("until = 2026-11-22T10:00:00Z, legal: after from");
        assertThat(problem(HttpRequest.POST(PATH + "?key=k&topic=a%2Fb"), 400)).contains("topic = 'a/b', legal: ");
        assertThat(problem(HttpRequest.POST(PATH + "?key=k&perSecond=-1"), 400)).contains("perSecond = '-1', legal: ");
        assertThat(problem(HttpRequest.POST(PATH + "?key="), 400)).contains("key has 0 characters");
        assertThat(problem(HttpRequest.POST(PATH).withEntity(ContentTypes.APPLICATION_JSON, "{\"event\": 1}"), 400))
                .contains("event is neither text nor a list");
        replays.expectNoMessage(Duration.ZERO);
    }
}
