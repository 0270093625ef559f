package io.outboxrelay.console;

import io.outboxrelay.http.Replies;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.http.javadsl.marshalling.sse.EventStreamMarshalling;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.CacheControl;
import org.apache.pekko.http.javadsl.model.headers.CacheDirectives;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.model.sse.ServerSentEvent;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.management.javadsl.ManagementRouteProvider;
import org.apache.pekko.management.javadsl.ManagementRouteProviderSettings;
import org.apache.pekko.stream.javadsl.Source;

/**
 * The console. Created by Pekko Management, at times more than once.
 *
 * <pre>
 * GET /console           the page
 * GET /console/{file}    what it is made of
 * GET /console/events    server-sent events: `welcome`, then a snapshot of the whole cluster each second
 * </pre>
 */
public final class ConsoleRoutes extends AllDirectives implements ManagementRouteProvider {
    /** Nothing from elsewhere, nothing inline, no text that becomes markup, in nobody's frame. */
    private static final List<HttpHeader> HEADERS = List.of(
            RawHeader.create(
                    "Content-Security-Policy",
                    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
                            + " object-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'"),
            RawHeader.create("X-Content-Type-Options", "nosniff"),
            RawHeader.create("Referrer-Policy", "no-referrer"),
            CacheControl.create(CacheDirectives.NO_STORE));

    private final ConsoleFeed feed;

    public ConsoleRoutes(ExtendedActorSystem system) {
        this.feed = ConsoleFeed.get(Adapter.toTyped(system));
    }

    @Override
    public Route routes(ManagementRouteProviderSettings settings) {
        boolean readOnly = settings.readOnly();
        return pathPrefix(
                "console",
                () -> get(() -> respondWithHeaders(
                        HEADERS,
                        () -> concat(
                                pathEnd(() -> complete(asset(ConsoleAsset.PAGE))),
                                // the page's own links are relative to the path without a slash
                                pathSingleSlash(() -> complete(HttpResponse.create()
                                        .withStatus(StatusCodes.PERMANENT_REDIRECT)
                                        .addHeader(RawHeader.create("Location", "../console")))),
                                path("events", () -> events(readOnly)),
                                path(file -> asset(file))))));
    }

    private Route asset(String file) {
        Optional<ConsoleAsset> asset = ConsoleAsset.named(file);
        return asset.isPresent() ? complete(asset(asset.get())) : reject();
    }

    private static HttpResponse asset(ConsoleAsset asset) {
        return HttpResponse.create().withEntity(HttpEntities.create(asset.type(), asset.content()));
    }

    private Route events(boolean readOnly) {
        if (feed.isFull()) {
            return complete(Replies.problem(
                    StatusCodes.SERVICE_UNAVAILABLE,
                    ConsoleFeed.MOST_STREAMS + " consoles watch this node already, which is the most it serves"));
        }
        Source<ServerSentEvent, NotUsed> welcome =
                Source.single(ServerSentEvent.create("{\"readOnly\":" + readOnly + "}", "welcome"));
        return completeOK(
                welcome.concat(feed.snapshots().map(json -> ServerSentEvent.create(json, "snapshot"))),
                EventStreamMarshalling.toEventStream());
    }
}
