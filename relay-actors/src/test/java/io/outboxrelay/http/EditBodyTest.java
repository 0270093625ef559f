package io.outboxrelay.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.store.ParkedEdit;
import java.nio.charset.StandardCharsets;
import org.apache.pekko.http.javadsl.model.Query;
import org.junit.jupiter.api.Test;

class EditBodyTest {

    private static void assertRefused(String body, String... words) {
        assertThatThrownBy(() -> EditBody.read(body).edit())
                .as(body)
                .isInstanceOf(Refused.class)
                .hasMessageContainingAll(words)
                .hasMessageNotContaining("secret");
    }

    @Test
    void textIsUtf8AndBase64IsBytes() {
        ParkedEdit text = EditBody.read("{\"payload\": \"sö\"}").edit();
        assertThat(text.payload().value()).isEqualTo("sö".getBytes(StandardCharsets.UTF_8));
        ParkedEdit bytes = EditBody.read("{\"payloadBase64\": \"AP8=\"}").edit();
        assertThat(bytes.payload().value()).containsExactly(0, 0xff);
        assertThat(bytes.headers()).isNull();
    }

    @Test
    void nullIsAValueAndAbsenceIsNone() {
        ParkedEdit edit =
                EditBody.read("{\"payload\": null, \"headers\": null}").edit();
        assertThat(edit.payload()).isEqualTo(new ParkedEdit.To<>(null));
        assertThat(edit.headers()).isEqualTo(new ParkedEdit.To<>(null));
        assertThat(edit.aggregateType()).isNull();
        assertThat(EditBody.read("{\"payloadBase64\": null}").edit().payload()).isEqualTo(new ParkedEdit.To<>(null));
    }

    @Test
    void headersStayAsTheyWereSaid() {
        ParkedEdit edit = EditBody.read("{\"headers\": {\"a\": \"1\", \"b\": {\"c\": 2.10}}, \"type\": \"T\"}")
                .edit();
        assertThat(edit.headers().value()).isEqualTo("{\"a\":\"1\",\"b\":{\"c\":2.10}}");
        assertThat(edit.type()).isEqualTo("T");
    }

    @Test
    void whoAndWhyComeFromTheBodyToo() {
        ChangeNote note = ChangeNote.read(
                Query.create("by=ann"), EditBody.read("{\"reason\": \"typo\"}").object(), ChangeNote.UNKNOWN);
        assertThat(note).isEqualTo(new ChangeNote("ann", "typo"));
    }

    @Test
    void whoHasProvenWhoItIsCannotSayItWasSomebodyElse() {
        assertThat(ChangeNote.read(Query.create("by=bob"), "", "ann").by()).isEqualTo("ann");
    }

    @Test
    void whatIsNoEditIsRefusedWithoutShowingIt() {
        assertRefused("", "JSON object");
        assertRefused("secret", "JSON object");
        assertRefused("[\"secret\"]", "JSON object");
        assertRefused("{\"payload\": \"secret\"} {}", "JSON object");
        assertRefused("{\"payload\": \"secret\", \"payload\": \"x\"}", "each member once");
        assertRefused("{}", "nothing is to be changed");
        assertRefused("{\"by\": \"ann\"}", "nothing is to be changed");
        assertRefused("{\"state\": \"secret\"}", "member state means nothing", "legal: aggregatetype, by, headers");
        assertRefused("{\"aggregateid\": \"secret\"}", "aggregateid cannot be changed", "change places");
        assertRefused("{\"payload\": \"secret\", \"payloadBase64\": \"\"}", "legal: one of them");
        assertRefused("{\"payload\": {\"secret\": 1}}", "payload is not text");
        assertRefused("{\"payload\": \"\\ud800secret\"}", "half a surrogate pair");
        assertRefused("{\"payloadBase64\": \"secret!\"}", "not Base64");
        assertRefused("{\"headers\": \"secret\"}", "headers is not an object");
        assertRefused("{\"headers\": {\"secret\": \"\\ud800\"}}", "half a surrogate pair");
        assertRefused("{\"aggregatetype\": null}", "aggregatetype is not text");
        assertRefused("{\"type\": \"\"}", "type is not text", "not empty");
    }
}
