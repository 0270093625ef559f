package io.outboxrelay.http;

import io.outboxrelay.model.ShardId;
import io.outboxrelay.model.Slots;
import io.outboxrelay.relay.RelayExtension;
import io.outboxrelay.relay.RelayHandles;
import io.outboxrelay.relay.RelayHandles.OutboxHandle;
import io.outboxrelay.store.OutboxAdmin.Decision;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;

/** Whatever the relay answers over management HTTP: one list that requests, refusals and the OpenAPI document go by. */
final class Endpoints {
    private static final String OPENAPI = "openapi.json";
    private static final String ANY = "any";
    private static final Pattern NODE = Pattern.compile("(?:pekko://[\\w-]+@)?([^\\s@/]{1,255}:[0-9]{1,5})");
    private static final byte[] DOCUMENT = document();
    private static final int MOST_ON_A_PAGE = 1000;
    private static final Duration ANSWER_FIRST = Duration.ofMillis(200);

    private final ActorSystem<?> system;
    private final Bodies bodies;

    Endpoints(ActorSystem<?> system) {
        this.system = system;
        this.bodies = new Bodies(system);
    }

    List<Endpoint> all() {
        return List.of(
                Endpoint.look("/outbox", call -> views().outboxes()),
                Endpoint.look("/outbox/{name}", call -> views().outbox(outbox(call))),
                Endpoint.change(HttpMethods.POST, "/outbox/{name}/reshard", this::reshard),
                Endpoint.look("/outbox/{name}/purge", call -> views().purge(outbox(call))),
                Endpoint.look(
                        "/outbox/{name}/reachability",
                        call -> outbox(call).reach().get()),
                Endpoint.look("/outbox/{name}/shards", this::shards),
                Endpoint.look("/outbox/{name}/shards/{n}", call -> shard(call).thenCompose(views()::shard)),
                Endpoint.change(HttpMethods.POST, "/outbox/{name}/shards/{n}/pause", call -> setPaused(call, true)),
                Endpoint.change(HttpMethods.POST, "/outbox/{name}/shards/{n}/resume", call -> setPaused(call, false)),
                Endpoint.change(HttpMethods.POST, "/outbox/{name}/shards/{n}/restart", this::restart),
                Endpoint.change(HttpMethods.POST, "/outbox/{name}/shards/{n}/move", this::move),
                Endpoint.look("/outbox/{name}/replays", call -> replays(call).last()),
                Endpoint.change(HttpMethods.POST, "/outbox/{name}/replay", this::replay),
                Endpoint.change(HttpMethods.POST, "/outbox/{name}/replay/stop", this::stopReplay),
                Endpoint.look(
                        "/outbox/{name}/parked", call -> parked(call).page(call.parameter("after", ""), limit(call))),
                Endpoint.look(
                        "/outbox/{name}/parked/{event}", call -> parked(call).row(call.name(1))),
                Endpoint.change(HttpMethods.PATCH, "/outbox/{name}/parked/{event}", this::edit),
                Endpoint.change(
                        HttpMethods.POST,
                        "/outbox/{name}/parked/{event}/release",
                        call -> decide(call, Decision.RELEASE)),
                Endpoint.change(
                        HttpMethods.POST, "/outbox/{name}/parked/{event}/skip", call -> decide(call, Decision.SKIP)),
                Endpoint.look("/history", call -> views().history(limit(call))),
                Endpoint.change(HttpMethods.POST, "/node/drain", this::drain),
                new Endpoint(HttpMethods.GET, "/" + OPENAPI, false, call -> openApi()));
    }

    RelayHandles handles() {
        return RelayExtension.get(system)
                .handles()
                .orElseThrow(() -> new Refused(
                        StatusCodes.SERVICE_UNAVAILABLE, "the relay has not been started on this node yet"));
    }

    private ShardViews views() {
        return new ShardViews(system, handles());
    }

    private ParkedViews parked(Call call) {
        return new ParkedViews(views(), outbox(call));
    }

    private ReplayViews replays(Call call) {
        return new ReplayViews(system, handles(), outbox(call).name());
    }

    private OutboxHandle outbox(Call call) {
        String name = call.name(0);
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

    /** All of them, unless a page is asked for. */
    private CompletionStage<ShardViews.Shards> shards(Call call) {
        OutboxHandle outbox = outbox(call);
        boolean begins = call.parameter("after", "").isEmpty();
        int first = begins ? 0 : number(call, "after", "", 0, Slots.COUNT - 1) + 1;
        String all = Integer.toString(Slots.COUNT);
        return views().shards(outbox, first, number(call, "limit", all, 1, Slots.COUNT));
    }

    private CompletionStage<ShardId> shard(Call call) {
        OutboxHandle outbox = outbox(call);
        String text = call.name(1);
        return views().count(outbox).thenApply(count -> {
            int number = text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : -1;
            if (number < 0 || number >= count) {
                throw new Refused(
                        StatusCodes.NOT_FOUND,
                        "outbox " + outbox.name() + " has no shard " + text + ", legal: 0 to " + (count - 1));
            }
            return new ShardId(outbox.name(), number);
        });
    }

    private static int limit(Call call) {
        return number(call, "limit", "100", 1, MOST_ON_A_PAGE);
    }

    private static int number(Call call, String key, String otherwise, int least, int most) {
        String text = call.parameter(key, otherwise);
        int number = text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : -1;
        if (number < least || number > most) {
            throw new Refused(StatusCodes.BAD_REQUEST, key + " = '" + text + "', legal: " + least + " to " + most);
        }
        return number;
    }

    private CompletionStage<HttpResponse> reshard(Call call) {
        OutboxHandle outbox = outbox(call);
        String text = call.parameter("shards", "");
        int shards = text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
        if (shards < 1 || shards > Slots.COUNT) {
            throw new Refused(StatusCodes.BAD_REQUEST, "shards = '" + text + "', legal: ?shards=1 to " + Slots.COUNT);
        }
        return bodies.note(call)
                .thenCompose(note -> views().reshard(outbox, shards, note))
                .thenApply(Replies::accepted);
    }

    private CompletionStage<HttpResponse> setPaused(Call call, boolean paused) {
        return shard(call)
                .thenCompose(shard -> bodies.note(call).thenCompose(note -> views().change(shard, paused, note)))
                .thenApply(Replies::ok);
    }

    private CompletionStage<HttpResponse> move(Call call) {
        String text = call.parameter("to", "");
        Matcher node = NODE.matcher(text);
        if (!text.equals(ANY) && !node.matches()) {
            throw new Refused(
                    StatusCodes.BAD_REQUEST,
                    "to = '" + text + "', legal: ?to=host:port of a node as in /cluster/members, or ?to=" + ANY);
        }
        String to = text.equals(ANY) ? null : node.group(1);
        return shard(call)
                .thenCompose(shard -> bodies.note(call).thenCompose(note -> views().move(shard, to, note)))
                .thenApply(Replies::accepted);
    }

    private CompletionStage<HttpResponse> restart(Call call) {
        return shard(call)
                .thenCompose(shard -> bodies.note(call).thenCompose(note -> views().restart(shard, note)))
                .thenApply(Replies::accepted);
    }

    private CompletionStage<HttpResponse> decide(Call call, Decision decision) {
        ParkedViews parked = parked(call);
        return bodies.note(call)
                .thenCompose(note -> parked.decide(decision, call.name(1), note))
                .thenApply(Replies::ok);
    }

    private CompletionStage<HttpResponse> edit(Call call) {
        ParkedViews parked = parked(call);
        return bodies.edit(call)
                .thenCompose(body -> parked.edit(call.name(1), body.edit(), call.note(body.object())))
                .thenApply(Replies::ok);
    }

    private CompletionStage<HttpResponse> replay(Call call) {
        ReplayViews replays = replays(call);
        return bodies.replay(call)
                .thenCompose(body -> replays.begin(body.wanted(), call.note(body.object())))
                .thenApply(Replies::accepted);
    }

    private CompletionStage<HttpResponse> stopReplay(Call call) {
        ReplayViews replays = replays(call);
        return bodies.note(call).thenCompose(replays::stop).thenApply(Replies::ok);
    }

    /** Who asked should hear of it before the node stops serving. */
    private CompletionStage<HttpResponse> drain(Call call) {
        RelayHandles handles = handles();
        return bodies.note(call).thenApply(note -> {
            system.log().warn("this node is to leave, asked by {}: {}", note.by(), note.reason());
            system.scheduler().scheduleOnce(ANSWER_FIRST, handles.leave(), system.executionContext());
            return Replies.accepted(Map.of("draining", true, "by", note.by(), "reason", note.reason()));
        });
    }

    private static CompletionStage<HttpResponse> openApi() {
        return CompletableFuture.completedFuture(
                HttpResponse.create().withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, DOCUMENT)));
    }

    private static byte[] document() {
        try (InputStream document = Endpoints.class.getResourceAsStream(OPENAPI)) {
            if (document == null) {
                throw new IllegalStateException(OPENAPI + " is missing from this build");
            }
            return document.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
