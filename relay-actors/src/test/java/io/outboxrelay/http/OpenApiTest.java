package io.outboxrelay.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.outboxrelay.control.Deed;
import io.outboxrelay.coordinator.CoordinatorActor;
import io.outboxrelay.coordinator.PurgeState;
import io.outboxrelay.relay.Reach;
import io.outboxrelay.replay.ReplayActor;
import io.outboxrelay.replay.ReplayStatus;
import io.outboxrelay.shard.ShardStatus;
import io.outboxrelay.store.ParkedEdit;
import io.outboxrelay.store.ParkedRow;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.HttpMethod;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.junit.jupiter.api.Test;

/** The OpenAPI document and the routes say the same, and every route keeps to the rules for all. */
class OpenApiTest extends RoutesScene {
    private static final Pattern NAMES = Pattern.compile("\\{(\\w+)}");
    private static final Map<String, Class<? extends Record>> RECORDS = Map.ofEntries(
            Map.entry("Outbox", ShardViews.Outbox.class),
            Map.entry("ShardStatus", ShardStatus.class),
            Map.entry("Changed", ShardViews.Changed.class),
            Map.entry("Shards", ShardViews.Shards.class),
            Map.entry("PurgeState", PurgeState.class),
            Map.entry("Part", PurgeState.Part.class),
            Map.entry("Wait", PurgeState.Wait.class),
            Map.entry("Reach", Reach.class),
            Map.entry("Side", Reach.Side.class),
            Map.entry("Pinned", CoordinatorActor.Pinned.class),
            Map.entry("Moving", ShardViews.Moving.class),
            Map.entry("Restarting", ShardViews.Restarting.class),
            Map.entry("Page", ParkedViews.Page.class),
            Map.entry("ParkedRow", ParkedRow.class),
            Map.entry("Decided", ParkedViews.Decided.class),
            Map.entry("Edited", ParkedViews.Edited.class),
            Map.entry("Field", ParkedEdit.Field.class),
            Map.entry("Replays", ReplayActor.Replays.class),
            Map.entry("ReplayStatus", ReplayStatus.class),
            Map.entry("Deed", Deed.class),
            Map.entry("Problem", Problem.class));
    private static final List<HttpMethod> METHODS =
            List.of(HttpMethods.GET, HttpMethods.POST, HttpMethods.PUT, HttpMethods.PATCH, HttpMethods.DELETE);

    private static JsonNode document() throws Exception {
        return body(get("/openapi.json"), 200);
    }

    private static String said(Endpoint endpoint) {
        return endpoint.method().value().toLowerCase(Locale.ROOT) + " " + endpoint.path();
    }

    private static JsonNode operation(Endpoint endpoint) throws Exception {
        return document()
                .path("paths")
                .path(endpoint.path())
                .path(endpoint.method().value().toLowerCase(Locale.ROOT));
    }

    /** Of an outbox, a shard and an event that may or may not be there. */
    @Test
    void everyRouteIsInTheDocumentAndNothingElse() throws Exception {
        Set<String> documented = new TreeSet<>();
        document()
                .path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .fieldNames()
                        .forEachRemaining(method -> documented.add(method + " " + path.getKey())));
        assertThat(documented)
                .containsExactlyInAnyOrderElementsOf(
                        endpoints().stream().map(OpenApiTest::said).toList());
    }

    @Test
    void whatChangesSomethingNeedsCredentialsThereAndNothingElseDoes() throws Exception {
        for (Endpoint endpoint : endpoints()) {
            JsonNode operation = operation(endpoint);
            assertThat(operation.has("security")).as(said(endpoint)).isEqualTo(endpoint.changes());
            assertThat(operation.path("responses").has("401"))
                    .as(said(endpoint))
                    .isEqualTo(endpoint.changes());
        }
    }

    @Test
    void everyNameInAPathIsExplained() throws Exception {
        for (Endpoint endpoint : endpoints()) {
            List<String> names = NAMES.matcher(endpoint.path())
                    .results()
                    .map(name -> name.group(1))
                    .toList();
            List<String> explained = new ArrayList<>();
            operation(endpoint).path("parameters").forEach(parameter -> {
                if (parameter.path("in").textValue().equals("path")) {
                    explained.add(parameter.path("name").textValue());
                }
            });
            assertThat(explained).as(said(endpoint)).containsExactlyElementsOf(names);
        }
    }

    @Test
    void schemasHaveTheMembersOfWhatIsSent() throws Exception {
        JsonNode schemas = document().path("components").path("schemas");
        for (Map.Entry<String, Class<? extends Record>> record : RECORDS.entrySet()) {
            Set<String> members = Stream.of(record.getValue().getRecordComponents())
                    .map(RecordComponent::getName)
                    .collect(Collectors.toSet());
            assertThat(schemas.path(record.getKey()).path("properties").fieldNames())
                    .toIterable()
                    .as(record.getKey())
                    .containsExactlyInAnyOrderElementsOf(members);
        }
        assertThat(CoordinatorActor.History.class.getRecordComponents()).hasSize(1);
        document()
                .findValuesAsText("$ref")
                .forEach(ref -> assertThat(schemas.has(ref.replace("#/components/schemas/", "")))
                        .as(ref)
                        .isTrue());
    }

    @Test
    void everyRouteRefusesOtherMethodsAndNamesItsOwn() throws Exception {
        for (Endpoint endpoint : endpoints()) {
            List<String> legal = endpoints().stream()
                    .filter(other -> other.path().equals(endpoint.path()))
                    .map(other -> other.method().value())
                    .toList();
            for (HttpMethod method : METHODS) {
                if (!legal.contains(method.value())) {
                    HttpResponse refused = send(request(method, endpoint.path()), false);
                    assertThat(refused.status().intValue())
                            .as("%s %s", method.value(), endpoint.path())
                            .isEqualTo(405);
                    assertThat(refused.getHeader("Allow").orElseThrow().value()).isEqualTo(String.join(", ", legal));
                }
            }
        }
    }

    @Test
    void whatChangesSomethingIsRefusedWithoutCredentialsAndWhereManagementIsReadOnly() throws Exception {
        for (Endpoint endpoint : endpoints()) {
            HttpRequest request = request(endpoint.method(), endpoint.path());
            if (endpoint.changes()) {
                assertThat(result(sendingAsIs(request, false)).status().intValue())
                        .as(said(endpoint))
                        .isEqualTo(401);
                assertThat(send(request, true).status().intValue())
                        .as(said(endpoint))
                        .isEqualTo(403);
            } else {
                assertThat(result(sendingAsIs(request, true)).status().intValue())
                        .as(said(endpoint))
                        .isIn(200, 404);
            }
        }
    }
}
