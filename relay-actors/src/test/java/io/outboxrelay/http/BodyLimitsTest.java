package io.outboxrelay.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every route that reads a body reads no long one, waits for none long, and reads nothing but JSON; others read none. */
class BodyLimitsTest extends RoutesScene {
    private static final Map<String, String> QUERIES =
            Map.of("/outbox/{name}/reshard", "?shards=4", "/outbox/{name}/shards/{n}/move", "?to=any");
    private static final int MORE_THAN_ANY_READS = (4 << 20) + 1;

    static Stream<Endpoint> changes() {
        return endpoints().stream().filter(Endpoint::changes);
    }

    static Stream<Endpoint> looks() {
        return endpoints().stream().filter(endpoint -> !endpoint.changes());
    }

    private static HttpRequest asking(Endpoint endpoint) {
        return request(endpoint.method(), endpoint.path() + QUERIES.getOrDefault(endpoint.path(), ""));
    }

    private static HttpRequest oversized(HttpRequest request) {
        return request.withEntity(ContentTypes.APPLICATION_JSON, "x".repeat(MORE_THAN_ANY_READS));
    }

    /** Its length is known to nobody, and neither is its end. */
    private static HttpRequest endless(HttpRequest request) {
        Source<ByteString, ?> bytes = Source.repeat(ByteString.fromString("x".repeat(1 << 10)));
        return request.withEntity(HttpEntities.createChunked(ContentTypes.APPLICATION_JSON, bytes));
    }

    private static HttpRequest silent(HttpRequest request) {
        return request.withEntity(
                HttpEntities.createChunked(ContentTypes.APPLICATION_JSON, Source.<ByteString>never()));
    }

    @AfterEach
    void nothingWasChanged() {
        coordinator.expectNoMessage(Duration.ofMillis(50));
        replays.expectNoMessage(Duration.ofMillis(50));
        assertThat(LEAVES).hasValue(0);
    }

    @ParameterizedTest
    @MethodSource("changes")
    void aBodyThatIsTooLongIsRefused(Endpoint endpoint) throws Exception {
        assertThat(problem(oversized(asking(endpoint)), 413)).contains("legal: 0 to ");
        assertThat(problem(endless(asking(endpoint)), 413)).contains("legal: 0 to ");
    }

    @ParameterizedTest
    @MethodSource("changes")
    void aBodyThatDoesNotComeIsNotWaitedForLong(Endpoint endpoint) throws Exception {
        assertThat(problem(silent(asking(endpoint)), 408)).contains("legal: within ");
    }

    @ParameterizedTest
    @MethodSource("changes")
    void aBodyThatIsNoJsonIsRefused(Endpoint endpoint) throws Exception {
        assertThat(problem(asking(endpoint).withEntity(ContentTypes.TEXT_PLAIN_UTF8, "reason"), 415))
                .contains("legal: application/json");
    }

    @ParameterizedTest
    @MethodSource("looks")
    void whoOnlyLooksIsAnsweredWhateverTheBody(Endpoint endpoint) throws Exception {
        int otherwise = send(asking(endpoint), false).status().intValue();
        for (UnaryOperator<HttpRequest> body : Stream.<UnaryOperator<HttpRequest>>of(
                        BodyLimitsTest::oversized, BodyLimitsTest::endless, BodyLimitsTest::silent)
                .toList()) {
            assertThat(send(body.apply(asking(endpoint)), false).status().intValue())
                    .isEqualTo(otherwise);
        }
    }
}
