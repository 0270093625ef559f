package io.outboxrelay.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutboxEventTest {
    private static final OutboxEvent PLACED = OutboxEvent.to("order").type("OrderPlaced");

    @Test
    void carriesWhatItWasGivenInAnyOrderOfTheCalls() {
        UUID id = UUID.randomUUID();

        OutboxEvent event = OutboxEvent.to("order")
                .json("{\"größe\":1}")
                .header("trace", "a")
                .id(id)
                .type("OrderPlaced")
                .key("o-1")
                .header("tenant", "b");

        assertThat(event.aggregateType()).isEqualTo("order");
        assertThat(event.key()).contains("o-1");
        assertThat(event.type()).contains("OrderPlaced");
        assertThat(event.id()).contains(id);
        assertThat(event.payload()).contains("{\"größe\":1}".getBytes(UTF_8));
        assertThat(event.headers()).containsExactly(Map.entry("trace", "a"), Map.entry("tenant", "b"));
    }

    @Test
    void isATemplateThatIsNotChangedByWhatIsBuiltFromIt() {
        OutboxEvent template = PLACED.header("tenant", "a");

        template.header("trace", "b").key("o-1").json("{}").id(UUID.randomUUID());

        assertThat(template.headers()).containsOnlyKeys("tenant");
        assertThat(template.key()).isEmpty();
        assertThat(template.payload()).isEmpty();
        assertThat(template.id()).isEmpty();
    }

    @Test
    void keepsItsPayloadWhateverHappensToTheArraysOfTheCaller() {
        byte[] given = {1, 2};
        OutboxEvent event = PLACED.payload(given);
        given[0] = 9;
        event.payload().orElseThrow()[1] = 9;

        assertThat(event.payload()).contains(new byte[] {1, 2});
    }

    @Test
    void refusesToBeWrittenWithoutATypeOrAPayload() {
        assertRefused(() -> OutboxEvent.to("order").json("{}").requireComplete(), "order", "has no type");
        assertRefused(PLACED::requireComplete, "OrderPlaced", "order", "has no payload", "tombstone()");
    }

    @Test
    void isCompleteAsATombstoneAndWithoutAKey() {
        assertThatCode(PLACED.tombstone()::requireComplete).doesNotThrowAnyException();
        assertThat(PLACED.key("a").key(null).key()).isEmpty();
        assertThat(PLACED.json("{}").tombstone().payload()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t\n"})
    void refusesBlankNames(String blank) {
        assertRefused(() -> OutboxEvent.to(blank), "aggregate type is blank");
        assertRefused(() -> PLACED.type(blank), "type is blank");
        assertRefused(() -> PLACED.header(blank, "value"), "header name is blank");
    }

    @Test
    void refusesTextThatPostgresCannotHoldAndNamesTheField() {
        assertRefused(() -> OutboxEvent.to("a\0b"), "aggregate type has a NUL character at index 1");
        assertRefused(() -> PLACED.type("a\0"), "type has a NUL character at index 1");
        assertRefused(() -> PLACED.key("\0"), "key has a NUL character at index 0");
        assertRefused(() -> PLACED.header("a\0", "b"), "header name has a NUL character");
        assertRefused(() -> PLACED.header("a", "b\0"), "value of header a has a NUL character");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud83d", "a\ud83d", "\ude00\ud83d", "\ud83d\ud83d\ude00", "\ude00b"})
    void refusesHalfSurrogatePairsThatADriverWouldReplaceSilently(String broken) {
        assertRefused(() -> OutboxEvent.to(broken), "aggregate type has half a surrogate pair");
        assertRefused(() -> PLACED.type(broken), "type has half a surrogate pair");
        assertRefused(() -> PLACED.key(broken), "key has half a surrogate pair");
        assertRefused(() -> PLACED.json(broken), "json has half a surrogate pair");
        assertRefused(() -> PLACED.header("a", broken), "value of header a has half a surrogate pair");
    }

    @Test
    void acceptsWholeSurrogatePairsAndEmptyKeys() {
        assertThat(PLACED.key("\ud83d\ude00").key()).contains("\ud83d\ude00");
        assertThat(PLACED.key("").key()).contains("");
    }

    @Test
    void refusesAHeaderThatIsSetAlready() {
        assertRefused(() -> PLACED.header("trace", "a").header("trace", "b"), "header trace is set already");
    }

    @Test
    void showsNeitherKeyNorPayloadNorHeaderValues() {
        OutboxEvent event = PLACED.key("secret-1")
                .json("\"secret-2\"")
                .header("secret-3", "secret-4")
                .id(new UUID(0, 7));

        assertThat(event.toString())
                .contains("order", "OrderPlaced", "-000000000007")
                .doesNotContain("secret");
    }

    private static void assertRefused(ThrowingCallable call, String... parts) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContainingAll(parts);
    }
}
