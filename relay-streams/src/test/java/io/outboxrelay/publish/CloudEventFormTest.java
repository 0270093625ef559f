package io.outboxrelay.publish;

import static io.outboxrelay.publish.RecordRouterRulesTest.router;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cloudevents.CloudEvent;
import io.cloudevents.kafka.KafkaMessageFactory;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.outboxrelay.client.OutboxEvent;
import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.OutboxRow;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a consumer with the CloudEvents SDK, or with OpenTelemetry, finds in a record. */
class CloudEventFormTest {
    private static final Instant CREATED = Instant.parse("2026-01-02T03:04:05.678Z");

    private static OutboxRow row(String payload, String headers) {
        return new OutboxRow(7, "event-7", "Order", "42", "OrderPlaced", bytes(payload), headers, CREATED);
    }

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private static CloudEvent event(ProducerRecord<byte[], byte[]> message) {
        return KafkaMessageFactory.createReader(message.headers(), message.value())
                .toEvent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"binary", "structured"})
    void aRowIsAnEvent(String mode) {
        ProducerRecord<byte[], byte[]> message = router("cloudevents { mode = " + mode + ", source = \"urn:shop\" }")
                .route(row("{\"total\": 1.10}", "{\"tenant\": \"x\", \"tracestate\": \"s=1\"}"));
        CloudEvent event = event(message);
        assertThat(event.getId()).isEqualTo("event-7");
        assertThat(event.getSource()).isEqualTo(URI.create("urn:shop"));
        assertThat(event.getType()).isEqualTo("OrderPlaced");
        assertThat(event.getSubject()).isEqualTo("42");
        assertThat(Objects.requireNonNull(event.getTime()).toInstant()).isEqualTo(CREATED);
        assertThat(event.getDataContentType()).isEqualTo("application/json");
        assertThat(event.getExtension("partitionkey")).isEqualTo("42");
        assertThat(event.getExtension("tracestate")).isEqualTo("s=1");
        assertThat(Objects.requireNonNull(event.getData()).toBytes())
                .asString(StandardCharsets.UTF_8)
                .contains("\"total\"", "1.1");
        assertThat(message.topic()).isEqualTo("outbox.event.Order");
        assertThat(message.key()).isEqualTo(bytes("42"));
        assertThat(header(message.headers(), "id")).isEqualTo("event-7");
        assertThat(header(message.headers(), "tenant")).isEqualTo("x");
    }

    @Test
    void aBinaryRecordHasThePayloadByteForByteAndAttributesInHeaders() {
        ProducerRecord<byte[], byte[]> message =
                router("cloudevents.mode = binary").route(row("no JSON at all", null));
        assertThat(message.value()).isEqualTo(bytes("no JSON at all"));
        assertThat(header(message.headers(), "ce_specversion")).isEqualTo("1.0");
        assertThat(header(message.headers(), "ce_source")).isEqualTo("/outbox-relay");
        assertThat(header(message.headers(), "content-type")).isEqualTo("application/json");
    }

    @Test
    void aStructuredRecordSaysThatItIsOne() {
        ProducerRecord<byte[], byte[]> message =
                router("cloudevents.mode = structured").route(row("[1]", null));
        assertThat(header(message.headers(), "content-type")).startsWith("application/cloudevents+json");
        assertThat(new String(message.value(), StandardCharsets.UTF_8)).contains("\"data\":[1]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{} {}", "nothing"})
    void aStructuredRecordOfAJsonTypeHoldsJsonOnly(String payload) {
        assertThatThrownBy(() -> router("cloudevents.mode = structured").route(row(payload, null)))
                .isInstanceOfSatisfying(
                        RelayException.class, error -> assertThat(error.fault()).isEqualTo(Fault.POISON))
                .hasMessageContaining("payload is not JSON");
    }

    @Test
    void whatIsNotOfAJsonTypeIsCarriedAsBytes() {
        byte[] data = {0, (byte) 0xff};
        OutboxRow row = new OutboxRow(7, "event-7", "Order", "42", "OrderPlaced", data, null, CREATED);
        CloudEvent event =
                event(router("cloudevents { mode = structured, data-content-type = application/octet-stream }")
                        .route(row));
        assertThat(Objects.requireNonNull(event.getData()).toBytes()).isEqualTo(data);
    }

    @ParameterizedTest
    @ValueSource(strings = {"binary", "structured"})
    void aTombstoneStaysOneWhereTombstonesAreOn(String mode) {
        ProducerRecord<byte[], byte[]> tombstone = router(
                        "tombstone-on-empty-payload = true, cloudevents.mode = " + mode)
                .route(row(null, null));
        assertThat(tombstone.value()).isNull();
        assertThat(tombstone.headers().lastHeader("ce_id")).isNull();
        CloudEvent event = event(router("cloudevents.mode = " + mode).route(row(null, null)));
        assertThat(event.getData()).isNull();
        assertThat(event.getId()).isEqualTo("event-7");
    }

    @Test
    void anEventWithoutATypeIsPoison() {
        OutboxRow row = new OutboxRow(7, "event-7", "Order", null, "", null, null, CREATED);
        assertThatThrownBy(() -> router("cloudevents.mode = binary").route(row))
                .hasMessageContaining("has an id and a type");
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "binary", "structured"})
    void theTraceOfTheWriterGoesOnAtTheConsumer(String mode) {
        SpanContext span = SpanContext.create(
                "0af7651916cd43dd8448eb211c80319c",
                "b7ad6b7169203331",
                TraceFlags.fromByte((byte) 3),
                TraceState.builder().put("shop", "1").build());
        Map<String, String> injected = new HashMap<>();
        W3CTraceContextPropagator.getInstance()
                .inject(Context.root().with(Span.wrap(span)), injected, (map, name, value) -> map.put(name, value));
        OutboxEvent written = OutboxEvent.to("Order").headers(injected);

        ProducerRecord<byte[], byte[]> message = router("cloudevents.mode = " + mode)
                .route(row(
                        "{}", JsonExpansion.JSON.valueToTree(written.headers()).toString()));

        Context found =
                W3CTraceContextPropagator.getInstance().extract(Context.root(), message.headers(), new OfRecord());
        assertThat(Span.fromContext(found).getSpanContext())
                .extracting(SpanContext::getTraceId, SpanContext::getSpanId, SpanContext::getTraceFlags)
                .containsExactly(span.getTraceId(), span.getSpanId(), span.getTraceFlags());
        assertThat(Span.fromContext(found).getSpanContext().getTraceState().get("shop"))
                .isEqualTo("1");
    }

    private static final class OfRecord implements TextMapGetter<Headers> {
        @Override
        public Iterable<String> keys(Headers headers) {
            return List.copyOf(StreamSupport.stream(headers.spliterator(), false)
                    .map(Header::key)
                    .toList());
        }

        @Override
        public String get(Headers headers, String name) {
            return header(Objects.requireNonNull(headers), name);
        }
    }

    private static String header(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }
}
