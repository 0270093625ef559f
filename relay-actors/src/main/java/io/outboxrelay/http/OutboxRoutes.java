package io.outboxrelay.http;

import io.outboxrelay.model.ShardId;
import io.outboxrelay.relay.RelayExtension;
import io.outboxrelay.relay.RelayHandles;
import io.outboxrelay.relay.RelayHandles.OutboxHandle;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpMethod;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.RequestEntity;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.management.javadsl.ManagementRouteProvider;
import org.apache.pekko.management.javadsl.ManagementRouteProviderSettings;
import org.apache.pekko.pattern.StatusReply;

/**
 * Everything below `/outbox`, answered by any node for all of them. Created by Pekko Management, at times more than
 * once.
 *
 * <pre>
 * GET  /outbox                            the outboxes
 * GET  /outbox/{name}/shards              every shard of one
 * GET  /outbox/{name}/shards/{n}          one shard
 * POST /outbox/{name}/shards/{n}/pause    unless management is read-only
 * POST /outbox/{name}/shards/{n}/resume   likewise
 * </pre>
 */
public final class OutboxRoutes extends AllDirectives implements ManagementRouteProvider {
    private static final long BODY_WITHIN_MILLIS = 1000;
    private static final long BODY_BYTES = 4096;

    private final ActorSystem<?> system;

    public OutboxRoutes(ExtendedActorSystem system) {
        this.system = Adapter.toTyped(system);
    }

    @Override
    public Route routes(ManagementRouteProviderSettings settings) {
        boolean readOnly = settings.readOnly();
        return pathPrefix(
                "outbox",
                () -> extractUnmatchedPath(rest -> rest.isEmpty() || rest.startsWith("/")
                        ? extractRequest(request -> completeWithFuture(serve(request, rest, readOnly)))
                        : reject()));
    }

    private CompletionStage<HttpResponse> serve(HttpRequest request, String rest, boolean readOnly) {
        return attempt(() -> dispatch(request, segments(rest), readOnly)).exceptionally(this::failed);
    }

    private CompletionStage<HttpResponse> dispatch(HttpRequest request, List<String> path, boolean readOnly) {
        if (path.isEmpty()) {
            return only(
                    HttpMethods.GET,
                    request,
                    () -> done(Map.of("outboxes", handles().outboxes())));
        }
        if (path.size() < 2 || path.size() > 4 || !path.get(1).equals("shards")) {
            throw noSuchPath();
        }
        OutboxHandle outbox = outbox(path.get(0));
        if (path.size() == 2) {
            return only(HttpMethods.GET, request, () -> views().shards(outbox).thenApply(Replies::ok));
        }
        ShardId shard = shard(outbox, path.get(2));
        if (path.size() == 3) {
            return only(HttpMethods.GET, request, () -> views().shard(shard).thenApply(Replies::ok));
        }
        return switch (path.get(3)) {
            case "pause" -> only(HttpMethods.POST, request, () -> change(request, shard, true, readOnly));
            case "resume" -> only(HttpMethods.POST, request, () -> change(request, shard, false, readOnly));
            default -> throw noSuchPath();
        };
    }

    private CompletionStage<HttpResponse> change(HttpRequest request, ShardId shard, boolean paused, boolean readOnly) {
        if (readOnly) {
            throw new Refused(
                    StatusCodes.FORBIDDEN,
                    "management is read-only; outbox-relay.management.allow-writes = true opens it");
        }
        return body(request.entity())
                .thenApply(body -> ChangeNote.read(request.getUri().query(), body))
                .thenCompose(note -> views().change(shard, paused, note))
                .thenApply(Replies::ok);
    }

    /** Browsers may send anything but JSON to other sites unasked, so nothing else is read. */
    private CompletionStage<String> body(RequestEntity entity) {
        if (entity.isKnownEmpty()) {
            return CompletableFuture.completedFuture("");
        }
        if (!entity.getContentType().equals(ContentTypes.APPLICATION_JSON)) {
            throw new Refused(
                    StatusCodes.UNSUPPORTED_MEDIA_TYPE,
                    "content type " + entity.getContentType() + " is not read here, legal: application/json");
        }
        return entity.toStrict(BODY_WITHIN_MILLIS, BODY_BYTES, system)
                .thenApply(strict -> strict.getData().utf8String());
    }

    private CompletionStage<HttpResponse> only(
            HttpMethod legal, HttpRequest request, Supplier<CompletionStage<HttpResponse>> answer) {
        return request.method().equals(legal)
                ? answer.get()
                : CompletableFuture.completedFuture(Replies.wrongMethod(request.method(), legal));
    }

    private OutboxHandle outbox(String name) {
        return handles()
                .outbox(name)
                .orElseThrow(() -> new Refused(
                        StatusCodes.NOT_FOUND,
                        "there is no outbox " + name + ", legal: "
                                + String.join(
                                        ", ",
                                        handles().outboxes().stream()
                                                .map(OutboxHandle::name)
                                                .toList())));
    }

    private static ShardId shard(OutboxHandle outbox, String text) {
        int number = text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : -1;
        if (number < 0 || number >= outbox.shards()) {
            throw new Refused(
                    StatusCodes.NOT_FOUND,
                    "outbox " + outbox.name() + " has no shard " + text + ", legal: 0 to " + (outbox.shards() - 1));
        }
        return new ShardId(outbox.name(), number);
    }

    private RelayHandles handles() {
        return RelayExtension.get(system)
                .handles()
                .orElseThrow(() -> new Refused(
                        StatusCodes.SERVICE_UNAVAILABLE, "the relay has not been started on this node yet"));
    }

    private ShardViews views() {
        return new ShardViews(system, handles());
    }

    private HttpResponse failed(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof Refused refused) {
            return refused.response();
        }
        if (cause instanceof StatusReply.ErrorMessage error) {
            return Replies.problem(StatusCodes.SERVICE_UNAVAILABLE, String.valueOf(error.getMessage()));
        }
        if (cause instanceof TimeoutException) {
            return Replies.problem(
                    StatusCodes.SERVICE_UNAVAILABLE,
                    "the coordinator did not answer in time; the change may still take effect");
        }
        system.log().warn("a request below /outbox failed", cause);
        return Replies.problem(StatusCodes.INTERNAL_SERVER_ERROR, "the request failed; the node's log says why");
    }

    private static CompletionStage<HttpResponse> attempt(Supplier<CompletionStage<HttpResponse>> answer) {
        try {
            return answer.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static CompletionStage<HttpResponse> done(Object body) {
        return CompletableFuture.completedFuture(Replies.ok(body));
    }

    private static Refused noSuchPath() {
        return new Refused(
                StatusCodes.NOT_FOUND,
                "legal: /outbox, /outbox/{name}/shards, /outbox/{name}/shards/{n}, and POST to its /pause and /resume");
    }

    private static List<String> segments(String rest) {
        return List.of(rest.split("/")).stream()
                .filter(segment -> !segment.isEmpty())
                .toList();
    }
}
