package io.outboxrelay.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.http.javadsl.model.FormData;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.Uri;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.http.javadsl.server.directives.RouteAdapter;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.management.scaladsl.ManagementRouteProvider;
import org.apache.pekko.management.scaladsl.ManagementRouteProviderSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class MembersRoutesTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Config OURS = ConfigFactory.parseResources("outbox-relay-pekko.conf");
    private static final ActorTestKit NODE =
            ActorTestKit.create("MembersRoutes", ConfigFactory.parseString("""
            pekko.actor.provider = cluster
            pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
            """).withFallback(ConfigFactory.load()));

    @AfterAll
    static void stop() {
        NODE.shutdownTestKit();
    }

    private static int status(HttpRequest request) throws Exception {
        ExtendedActorSystem system = (ExtendedActorSystem) Adapter.toClassic(NODE.system());
        String provider = OURS.getString("pekko.management.http.routes.cluster-management");
        ManagementRouteProvider routes = Class.forName(provider)
                .asSubclass(ManagementRouteProvider.class)
                .getConstructor(ExtendedActorSystem.class)
                .newInstance(system);
        Route route = RouteAdapter.asJava(routes.routes(ManagementRouteProviderSettings.apply(
                (org.apache.pekko.http.scaladsl.model.Uri)
                        Uri.create("http://localhost:7626").asScala(),
                false)));
        return route.seal()
                .handler(NODE.system())
                .apply(request)
                .toCompletableFuture()
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .status()
                .intValue();
    }

    @Test
    void whoIsInTheClusterCanBeSeen() throws Exception {
        assertThat(status(HttpRequest.GET("/cluster/members"))).isEqualTo(200);
    }

    @Test
    void nobodyIsRemovedEvenWhereTheRelayAllowsChanges() throws Exception {
        HttpRequest down = HttpRequest.PUT("/cluster/members/outbox-relay@127.0.0.1:1")
                .withEntity(FormData.create(List.of(Pair.create("operation", "Down")))
                        .toEntity());
        for (HttpRequest change : List.of(
                down,
                HttpRequest.DELETE("/cluster/members/outbox-relay@127.0.0.1:1"),
                HttpRequest.POST("/cluster/members"))) {
            assertThat(status(change))
                    .as("%s %s", change.method().value(), change.getUri())
                    .isEqualTo(405);
        }
    }
}
