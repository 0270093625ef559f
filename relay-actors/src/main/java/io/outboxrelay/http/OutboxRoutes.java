package io.outboxrelay.http;

import io.outboxrelay.coordinator.CoordinatorActor;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.http.javadsl.model.HttpMethod;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.management.javadsl.ManagementRouteProvider;
import org.apache.pekko.management.javadsl.ManagementRouteProviderSettings;
import org.apache.pekko.pattern.StatusReply;

/**
 * Everything below `/outbox` and `/history`, answered by any node for all of them, and `/node`, by each for itself:
 * {@link Endpoints} has the list, `/openapi.json` describes it. What changes something needs credentials, and that management
 * is not read-only. Created by Pekko Management, at times more than once.
 */
public final class OutboxRoutes extends AllDirectives implements ManagementRouteProvider {
    private final ActorSystem<?> system;
    private final Endpoints endpoints;
    private final List<Endpoint> all;

    public OutboxRoutes(ExtendedActorSystem system) {
        this.system = Adapter.toTyped(system);
        this.endpoints = new Endpoints(this.system);
        this.all = endpoints.all();
    }

    @Override
    public Route routes(ManagementRouteProviderSettings settings) {
        boolean readOnly = settings.readOnly();
        return all.stream()
                .map(endpoint -> Endpoint.segments(endpoint.path()).get(0))
                .distinct()
                .map(prefix -> below(prefix, readOnly))
                .reduce(this::concat)
                .orElseThrow();
    }

    private Route below(String prefix, boolean readOnly) {
        return pathPrefix(
                prefix,
                () -> extractUnmatchedPath(rest -> rest.isEmpty() || rest.startsWith("/")
                        ? extractRequest(request -> completeWithFuture(answer(request, segments(prefix, rest), readOnly)
                                .exceptionally(this::failed)))
                        : reject()));
    }

    /** Never throws. */
    private CompletionStage<HttpResponse> answer(HttpRequest request, List<String> segments, boolean readOnly) {
        try {
            return dispatch(request, segments, readOnly);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletionStage<HttpResponse> dispatch(HttpRequest request, List<String> segments, boolean readOnly) {
        List<Endpoint> there = all.stream()
                .filter(endpoint -> endpoint.names(segments).isPresent())
                .toList();
        for (Endpoint endpoint : there) {
            if (endpoint.method().equals(request.method())) {
                String who = endpoint.changes() ? admitted(request, readOnly) : ChangeNote.UNKNOWN;
                return endpoint.answer()
                        .apply(new Call(request, endpoint.names(segments).orElseThrow(), who));
            }
        }
        if (there.isEmpty()) {
            throw new Refused(
                    StatusCodes.NOT_FOUND,
                    "there is no such path, legal: "
                            + all.stream().map(Endpoint::path).distinct().collect(Collectors.joining(", ")));
        }
        HttpMethod[] legal = there.stream().map(Endpoint::method).toArray(HttpMethod[]::new);
        return CompletableFuture.completedFuture(Replies.wrongMethod(request.method(), legal));
    }

    /** Who asks, as far as that is known. */
    private String admitted(HttpRequest request, boolean readOnly) {
        if (readOnly) {
            throw new Refused(
                    StatusCodes.FORBIDDEN,
                    "management is read-only; outbox-relay.management.allow-writes = true opens it");
        }
        return new Guard(endpoints.handles().credentials()).admit(request).orElse(ChangeNote.UNKNOWN);
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

    static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** Event ids of an application's own table may hold any character. */
    private static List<String> segments(String prefix, String rest) {
        return Stream.concat(
                        Stream.of(prefix),
                        Endpoint.segments(rest).stream()
                                .map(segment -> URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8)))
                .toList();
    }
}
