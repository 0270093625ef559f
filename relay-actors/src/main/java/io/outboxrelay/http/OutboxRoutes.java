package io.outboxrelay.http;

import io.outboxrelay.coordinator.CoordinatorActor;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.model.Slots;
import io.outboxrelay.relay.RelayExtension;
import io.outboxrelay.relay.RelayHandles;
import io.outboxrelay.relay.RelayHandles.OutboxHandle;
import io.outboxrelay.store.OutboxAdmin.Decision;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
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
import org.apache.pekko.http.scaladsl.model.EntityStreamException;
import org.apache.pekko.http.scaladsl.model.EntityStreamSizeException;
import org.apache.pekko.management.javadsl.ManagementRouteProvider;
import org.apache.pekko.management.javadsl.ManagementRouteProviderSettings;
import org.apache.pekko.pattern.StatusReply;

/**
 * Everything below `/outbox` and `/history`, answered by any node for all of them, and `/node`, by each for itself. Created by Pekko
 * Management, at times more than once.
 *
 * <pre>
 * GET  /outbox                            the outboxes
 * GET  /outbox/{name}                     one of them
 * POST /outbox/{name}/reshard?shards=N    deal it to another number of shards, unless management is read-only
 * GET  /outbox/{name}/parked?after=&limit=  rows that were put aside
 * GET  /outbox/{name}/parked/{event}      one of them
 * PATCH /outbox/{name}/parked/{event}     change it before it is tried again, unless management is read-only
 * POST /outbox/{name}/parked/{event}/release  try it again, unless management is read-only
 * POST /outbox/{name}/parked/{event}/skip  never publish it, likewise
 * GET  /outbox/{name}/shards              every shard of one
 * GET  /outbox/{name}/shards/{n}          one shard
 * POST /outbox/{name}/shards/{n}/pause    unless management is read-only
 * POST /outbox/{name}/shards/{n}/resume   likewise
 * GET  /history?limit=                    what operators did last, newest first
 * POST /node/drain                        hand the shards of the node that is asked over, leave and end; likewise
 * </pre>
 */
public final class OutboxRoutes extends AllDirectives implements ManagementRouteProvider {
    private static final long BODY_WITHIN_MILLIS = 1000;
    private static final long BODY_BYTES = 4096;
    private static final long EDIT_WITHIN_MILLIS = 10_000;
    private static final long EDIT_BYTES = 4 << 20;
    private static final int MOST_ON_A_PAGE = 1000;
    private static final Duration ANSWER_FIRST = Duration.ofMillis(200);

    private final ActorSystem<?> system;

    public OutboxRoutes(ExtendedActorSystem system) {
        this.system = Adapter.toTyped(system);
    }

    @Override
    public Route routes(ManagementRouteProviderSettings settings) {
        boolean readOnly = settings.readOnly();
        return concat(
                below("outbox", (request, path) -> dispatch(request, path, readOnly)),
                below("node", (request, path) -> node(request, path, readOnly)),
                below("history", this::history));
    }

    private CompletionStage<HttpResponse> history(HttpRequest request, List<String> path) {
        if (!path.isEmpty()) {
            throw new Refused(StatusCodes.NOT_FOUND, "legal: /history");
        }
        return only(
                HttpMethods.GET, request, () -> views().history(limit(request)).thenApply(Replies::ok));
    }

    private Route below(String prefix, BiFunction<HttpRequest, List<String>, CompletionStage<HttpResponse>> answer) {
        return pathPrefix(
                prefix,
                () -> extractUnmatchedPath(rest -> rest.isEmpty() || rest.startsWith("/")
                        ? extractRequest(request ->
                                completeWithFuture(attempt(() -> answer.apply(request, segments(rest)))
                                        .exceptionally(this::failed)))
                        : reject()));
    }

    private CompletionStage<HttpResponse> node(HttpRequest request, List<String> path, boolean readOnly) {
        if (!path.equals(List.of("drain"))) {
            throw new Refused(StatusCodes.NOT_FOUND, "legal: POST to /node/drain");
        }
        return only(HttpMethods.POST, request, () -> {
            String who = checkWrites(request, readOnly);
            return body(request.entity())
                    .thenApply(body -> ChangeNote.read(request.getUri().query(), body, who))
                    .thenApply(this::drain);
        });
    }

    /** Who asked should hear of it before the node stops serving. */
    private HttpResponse drain(ChangeNote note) {
        RelayHandles handles = handles();
        system.log().warn("this node is to leave, asked by {}: {}", note.by(), note.reason());
        system.scheduler().scheduleOnce(ANSWER_FIRST, handles.leave(), system.executionContext());
        return Replies.accepted(Map.of("draining", true, "by", note.by(), "reason", note.reason()));
    }

    private CompletionStage<HttpResponse> dispatch(HttpRequest request, List<String> path, boolean readOnly) {
        if (path.isEmpty()) {
            return only(HttpMethods.GET, request, () -> views().outboxes().thenApply(Replies::ok));
        }
        OutboxHandle outbox = outbox(path.get(0));
        if (path.size() == 1) {
            return only(HttpMethods.GET, request, () -> views().outbox(outbox).thenApply(Replies::ok));
        }
        if (path.size() == 2 && path.get(1).equals("reshard")) {
            return only(HttpMethods.POST, request, () -> reshard(request, outbox, readOnly));
        }
        if (path.get(1).equals("parked")) {
            return parked(request, outbox, path, readOnly);
        }
        if (path.size() > 4 || !path.get(1).equals("shards")) {
            throw noSuchPath();
        }
        return path.size() == 2
                ? only(HttpMethods.GET, request, () -> views().shards(outbox).thenApply(Replies::ok))
                : views().count(outbox).thenCompose(count -> shard(request, outbox, count, path, readOnly));
    }

    private CompletionStage<HttpResponse> shard(
            HttpRequest request, OutboxHandle outbox, int count, List<String> path, boolean readOnly) {
        ShardId shard = shard(outbox, count, path.get(2));
        if (path.size() == 3) {
            return only(HttpMethods.GET, request, () -> views().shard(shard).thenApply(Replies::ok));
        }
        return switch (path.get(3)) {
            case "pause" -> only(HttpMethods.POST, request, () -> change(request, shard, true, readOnly));
            case "resume" -> only(HttpMethods.POST, request, () -> change(request, shard, false, readOnly));
            default -> throw noSuchPath();
        };
    }

    private CompletionStage<HttpResponse> reshard(HttpRequest request, OutboxHandle outbox, boolean readOnly) {
        String who = checkWrites(request, readOnly);
        int shards = wantedShards(request.getUri().query().get("shards").orElse(""));
        return body(request.entity())
                .thenApply(body -> ChangeNote.read(request.getUri().query(), body, who))
                .thenCompose(note -> views().reshard(outbox, shards, note))
                .thenApply(Replies::accepted);
    }

    private CompletionStage<HttpResponse> parked(
            HttpRequest request, OutboxHandle outbox, List<String> path, boolean readOnly) {
        ParkedViews parked = new ParkedViews(views(), outbox);
        if (path.size() == 2) {
            String after = request.getUri().query().get("after").orElse("");
            return only(
                    HttpMethods.GET,
                    request,
                    () -> parked.page(after, limit(request)).thenApply(Replies::ok));
        }
        String event = path.get(2);
        if (path.size() == 3) {
            return request.method().equals(HttpMethods.PATCH)
                    ? edit(request, parked, event, readOnly)
                    : only(HttpMethods.GET, request, () -> parked.row(event).thenApply(Replies::ok), HttpMethods.PATCH);
        }
        if (path.size() != 4) {
            throw noSuchPath();
        }
        Decision decision = switch (path.get(3)) {
            case "release" -> Decision.RELEASE;
            case "skip" -> Decision.SKIP;
            default -> throw noSuchPath();
        };
        return only(HttpMethods.POST, request, () -> {
            String who = checkWrites(request, readOnly);
            return body(request.entity())
                    .thenApply(body -> ChangeNote.read(request.getUri().query(), body, who))
                    .thenCompose(note -> parked.decide(decision, event, note))
                    .thenApply(Replies::ok);
        });
    }

    private CompletionStage<HttpResponse> edit(
            HttpRequest request, ParkedViews parked, String event, boolean readOnly) {
        String who = checkWrites(request, readOnly);
        return body(request.entity(), EDIT_WITHIN_MILLIS, EDIT_BYTES)
                .thenApply(EditBody::read)
                .thenCompose(body -> parked.edit(
                        event, body.edit(), ChangeNote.read(request.getUri().query(), body.object(), who)))
                .thenApply(Replies::ok);
    }

    private static int limit(HttpRequest request) {
        String text = request.getUri().query().get("limit").orElse("100");
        int limit = text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
        if (limit < 1 || limit > MOST_ON_A_PAGE) {
            throw new Refused(StatusCodes.BAD_REQUEST, "limit = '" + text + "', legal: 1 to " + MOST_ON_A_PAGE);
        }
        return limit;
    }

    private static int wantedShards(String text) {
        int shards = text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
        if (shards < 1 || shards > Slots.COUNT) {
            throw new Refused(StatusCodes.BAD_REQUEST, "shards = '" + text + "', legal: ?shards=1 to " + Slots.COUNT);
        }
        return shards;
    }

    private CompletionStage<HttpResponse> change(HttpRequest request, ShardId shard, boolean paused, boolean readOnly) {
        String who = checkWrites(request, readOnly);
        return body(request.entity())
                .thenApply(body -> ChangeNote.read(request.getUri().query(), body, who))
                .thenCompose(note -> views().change(shard, paused, note))
                .thenApply(Replies::ok);
    }

    /** Who asks, as far as that is known. */
    private String checkWrites(HttpRequest request, boolean readOnly) {
        if (readOnly) {
            throw new Refused(
                    StatusCodes.FORBIDDEN,
                    "management is read-only; outbox-relay.management.allow-writes = true opens it");
        }
        return new Guard(handles().credentials()).admit(request).orElse(ChangeNote.UNKNOWN);
    }

    private CompletionStage<String> body(RequestEntity entity) {
        return body(entity, BODY_WITHIN_MILLIS, BODY_BYTES);
    }

    /** Browsers may send anything but JSON to other sites unasked, so nothing else is read. */
    private CompletionStage<String> body(RequestEntity entity, long withinMillis, long maxBytes) {
        if (entity.isKnownEmpty()) {
            return CompletableFuture.completedFuture("");
        }
        if (!entity.getContentType().equals(ContentTypes.APPLICATION_JSON)) {
            throw new Refused(
                    StatusCodes.UNSUPPORTED_MEDIA_TYPE,
                    "content type " + entity.getContentType() + " is not read here, legal: application/json");
        }
        return entity.withSizeLimit(maxBytes)
                .toStrict(withinMillis, maxBytes, system)
                .thenApply(strict -> strict.getData().utf8String())
                .exceptionallyCompose(
                        failure -> CompletableFuture.failedFuture(unread(unwrapped(failure), withinMillis, maxBytes)));
    }

    private static Throwable unread(Throwable failure, long withinMillis, long maxBytes) {
        if (failure instanceof TimeoutException) {
            return new Refused(
                    StatusCodes.REQUEST_TIMEOUT,
                    "the body did not arrive in time, legal: within " + withinMillis + " ms");
        }
        return isTooLarge(failure)
                ? new Refused(
                        StatusCodes.CONTENT_TOO_LARGE,
                        "the body is larger than is read here, legal: 0 to " + maxBytes + " bytes")
                : failure;
    }

    private CompletionStage<HttpResponse> only(
            HttpMethod legal,
            HttpRequest request,
            Supplier<CompletionStage<HttpResponse>> answer,
            HttpMethod... others) {
        return request.method().equals(legal)
                ? answer.get()
                : CompletableFuture.completedFuture(Replies.wrongMethod(request.method(), legal, others));
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

    private static ShardId shard(OutboxHandle outbox, int count, String text) {
        int number = text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : -1;
        if (number < 0 || number >= count) {
            throw new Refused(
                    StatusCodes.NOT_FOUND,
                    "outbox " + outbox.name() + " has no shard " + text + ", legal: 0 to " + (count - 1));
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
        Throwable cause = unwrapped(failure);
        if (cause instanceof Refused refused) {
            return refused.response();
        }
        if (cause instanceof StatusReply.ErrorMessage error) {
            String reason = String.valueOf(error.getMessage());
            boolean passes = reason.startsWith(CoordinatorActor.UNAVAILABLE);
            return Replies.problem(passes ? StatusCodes.SERVICE_UNAVAILABLE : StatusCodes.CONFLICT, reason);
        }
        if (cause instanceof TimeoutException) {
            return Replies.problem(
                    StatusCodes.SERVICE_UNAVAILABLE,
                    "the coordinator did not answer in time; a change that was asked for may still take effect");
        }
        system.log().warn("a request to the relay failed", cause);
        return Replies.problem(StatusCodes.INTERNAL_SERVER_ERROR, "the request failed; the node's log says why");
    }

    private static boolean isTooLarge(Throwable failure) {
        return failure instanceof EntityStreamSizeException || failure instanceof EntityStreamException;
    }

    private static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private static CompletionStage<HttpResponse> attempt(Supplier<CompletionStage<HttpResponse>> answer) {
        try {
            return answer.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static Refused noSuchPath() {
        return new Refused(
                StatusCodes.NOT_FOUND,
                "legal: /outbox, /outbox/{name}, /outbox/{name}/shards, /outbox/{name}/shards/{n}, /outbox/{name}/parked,"
                        + " /outbox/{name}/parked/{event} (GET, PATCH), and POST to /outbox/{name}/reshard, to a shard's /pause and /resume, and to"
                        + " /outbox/{name}/parked/{event}/release and /skip");
    }

    /** Event ids of an application's own table may hold any character. */
    private static List<String> segments(String rest) {
        return List.of(rest.split("/")).stream()
                .filter(segment -> !segment.isEmpty())
                .map(segment -> URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8))
                .toList();
    }
}
