package io.outboxrelay.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.coordinator.CoordinatorActor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.HttpCredentials;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.pattern.StatusReply;
import org.junit.jupiter.api.Test;

/** Who may change something, on every route that does. */
class GuardTest extends RoutesScene {
    private static final String PAUSE = "/outbox/orders/shards/0/pause";

    private static List<HttpRequest> changes() {
        return endpoints().stream()
                .filter(Endpoint::changes)
                .map(change -> request(change.method(), change.path()))
                .toList();
    }

    private static int status(HttpRequest request) throws Exception {
        return result(sendingAsIs(request, false)).status().intValue();
    }

    @Test
    void nothingIsChangedWithoutCredentialsOrWithWrongOnes() throws Exception {
        for (HttpRequest change : changes()) {
            HttpResponse refused = result(sendingAsIs(change, false));
            assertThat(refused.status().intValue()).as("%s", change.getUri()).isEqualTo(401);
            assertThat(refused.getHeaders())
                    .extracting(HttpHeader::value)
                    .anyMatch(challenge -> challenge.startsWith("Bearer realm"))
                    .anyMatch(challenge -> challenge.startsWith("Basic realm"));
            assertThat(json(refused).get("detail").textValue()).contains("legal: Bearer or Basic");
            for (HttpCredentials wrong : List.of(
                    HttpCredentials.createOAuth2BearerToken("0123456789abcdeF"),
                    HttpCredentials.createBasicHttpCredentials("ann", "q"),
                    HttpCredentials.createBasicHttpCredentials("bob", "p"),
                    HttpCredentials.createBasicHttpCredentials("", ""))) {
                assertThat(status(change.addCredentials(wrong)))
                        .as("%s with %s", change.getUri(), wrong.scheme())
                        .isEqualTo(401);
            }
        }
        coordinator.expectNoMessage(Duration.ofMillis(50));
        assertThat(LEAVES).hasValue(0);
    }

    @Test
    void lookingNeedsNone() throws Exception {
        assertThat(status(get("/outbox"))).isEqualTo(200);
        assertThat(status(get("/outbox/orders/shards"))).isEqualTo(200);
    }

    @Test
    void whoShowsAUserIsNotedAsThatUser() throws Exception {
        CompletionStage<HttpResponse> answer = sendingAsIs(
                HttpRequest.POST(PAUSE + "?by=bob")
                        .addCredentials(HttpCredentials.createBasicHttpCredentials("ann", "p")),
                false);
        CoordinatorActor.Pause pause = coordinator.expectMessageClass(CoordinatorActor.Pause.class, LIMIT);
        assertThat(pause.by()).isEqualTo("ann");
        pause.replyTo().tell(StatusReply.ack());
        assertThat(result(answer).status().intValue()).isEqualTo(200);
    }

    @Test
    void aBrowserThatAsksForAnotherSiteIsRefusedWhateverItShows() throws Exception {
        HttpRequest foreign = HttpRequest.POST(PAUSE).addHeader(RawHeader.create("Sec-Fetch-Site", "cross-site"));
        assertThat(result(sending(foreign, false)).status().intValue()).isEqualTo(403);
        coordinator.expectNoMessage(Duration.ofMillis(50));
    }
}
