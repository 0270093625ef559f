package io.outboxrelay.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.outboxrelay.relay.RelayExtension;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.Uri;
import org.apache.pekko.management.javadsl.ManagementRouteProviderSettings;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ConsoleRoutesTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final ActorTestKit KIT = ActorTestKit.create(
            "ConsoleRoutes",
            ConfigFactory.parseString(
                            "pekko { actor.provider = cluster, remote.artery.canonical { hostname = 127.0.0.1, port = 0 } }")
                    .withFallback(ConfigFactory.load()));

    @AfterAll
    static void stopKit() {
        KIT.shutdownTestKit();
    }

    private static HttpResponse send(HttpRequest request) throws Exception {
        ExtendedActorSystem system = (ExtendedActorSystem) Adapter.toClassic(KIT.system());
        ManagementRouteProviderSettings settings = ManagementRouteProviderSettings.create(
                        Uri.create("http://localhost:7626"))
                .withReadOnly(true);
        return new ConsoleRoutes(system)
                .routes(settings)
                .seal()
                .handler(system)
                .apply(request)
                .toCompletableFuture()
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private static String text(HttpResponse response) throws Exception {
        return response.entity()
                .toStrict(LIMIT.toMillis(), KIT.system())
                .toCompletableFuture()
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .getData()
                .utf8String();
    }

    private static String header(HttpResponse response, String name) {
        return response.getHeader(name).map(HttpHeader::value).orElse("");
    }

    @Test
    void thePageNamesOnlyFilesThatAreServedAndNothingFromElsewhere() throws Exception {
        String page = text(send(HttpRequest.GET("/console")));
        Matcher named = Pattern.compile("(?:src|href)=\"([^\"#]+)\"").matcher(page);
        int found = 0;
        for (; named.find(); found++) {
            assertThat(send(HttpRequest.GET("/" + named.group(1))).status().intValue())
                    .as(named.group(1))
                    .isEqualTo(200);
        }
        assertThat(found).isGreaterThanOrEqualTo(4);
        assertThat(page).doesNotContain("<style", "style=", "onclick=", "http:", "https:");
    }

    @Test
    void everyModuleThatAnotherImportsIsServedAndNoneMakesMarkupOfText() {
        for (ConsoleAsset asset : ConsoleAsset.ALL) {
            String text = new String(asset.content(), StandardCharsets.UTF_8);
            assertThat(text).as(asset.file()).doesNotContain("innerHTML", "outerHTML", "insertAdjacentHTML", "eval(");
            Matcher imported = Pattern.compile("from \"\\./([^\"]+)\"").matcher(text);
            while (imported.find()) {
                assertThat(ConsoleAsset.named(imported.group(1)))
                        .as(asset.file() + " imports " + imported.group(1))
                        .isPresent();
            }
        }
    }

    @Test
    void everyAnswerForbidsWhatThePageDoesNotNeed() throws Exception {
        for (String path : new String[] {"/console", "/console/app.js", "/console/style.css"}) {
            HttpResponse response = send(HttpRequest.GET(path));
            assertThat(header(response, "Content-Security-Policy"))
                    .as(path)
                    .startsWith("default-src 'self'; ")
                    .contains("frame-ancestors 'none'", "require-trusted-types-for 'script'");
            assertThat(header(response, "X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(header(response, "Cache-Control")).isEqualTo("no-store");
        }
        assertThat(send(HttpRequest.GET("/console/app.js"))
                        .entity()
                        .getContentType()
                        .toString())
                .isEqualTo("text/javascript; charset=UTF-8");
    }

    @Test
    void nothingElseIsServed() throws Exception {
        assertThat(send(HttpRequest.GET("/console/reference.conf")).status().intValue())
                .isEqualTo(404);
        assertThat(send(HttpRequest.GET("/console/..%2fConsoleRoutes.class"))
                        .status()
                        .intValue())
                .isEqualTo(404);
        assertThat(send(HttpRequest.POST("/console")).status().intValue()).isEqualTo(405);
        assertThat(send(HttpRequest.GET("/console/")).status().intValue()).isEqualTo(308);
    }

    @Test
    void theStreamBeginsWithWhatIsAllowedAndTellsOfANodeThatHasNotStartedYet() throws Exception {
        assertThat(RelayExtension.get(KIT.system()).handles()).isEmpty();
        HttpResponse response = send(HttpRequest.GET("/console/events"));
        assertThat(response.entity().getContentType().toString()).startsWith("text/event-stream");
        String begun = response.entity()
                .getDataBytes()
                .map(bytes -> bytes.utf8String())
                .take(2)
                .runWith(Sink.fold("", String::concat), KIT.system())
                .toCompletableFuture()
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(begun)
                .contains(
                        "event:welcome", "{\"readOnly\":true}", "event:snapshot", "\"started\":false,\"coordinator\"");
    }
}
