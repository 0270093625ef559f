package io.outboxrelay.http;

import io.outboxrelay.metrics.RelayMetrics;
import java.util.Map;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.management.javadsl.ManagementRouteProvider;
import org.apache.pekko.management.javadsl.ManagementRouteProviderSettings;

/** `GET /metrics`: what this node counts, in Prometheus' text format. Created by Pekko Management, at times more than once. */
public final class MetricsRoutes extends AllDirectives implements ManagementRouteProvider {
    private static final ContentType.WithCharset TEXT = MediaTypes.customWithOpenCharset(
                    "text", "plain", Map.of("version", "0.0.4"), false)
            .toContentType(HttpCharsets.UTF_8);

    private final RelayMetrics metrics;

    public MetricsRoutes(ExtendedActorSystem system) {
        this.metrics = RelayMetrics.get(Adapter.toTyped(system));
    }

    @Override
    public Route routes(ManagementRouteProviderSettings settings) {
        return path("metrics", () -> get(() -> complete(HttpEntities.create(TEXT, metrics.scrape()))));
    }
}
