package io.outboxrelay.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.outboxrelay.store.ParkedEdit;
import io.outboxrelay.store.ParkedEdit.To;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import java.util.TreeSet;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.jspecify.annotations.Nullable;

/** The JSON that says what to change about a row that was put aside. Pure; no error shows a value. */
final class EditBody {
    private static final String BASE64 = "payloadBase64";
    private static final Set<String> LEGAL = new TreeSet<>(Set.of(
            ParkedEdit.PAYLOAD,
            BASE64,
            ParkedEdit.HEADERS,
            ParkedEdit.AGGREGATE_TYPE,
            ParkedEdit.TYPE,
            ChangeNote.BY,
            ChangeNote.REASON));
    private static final int LONGEST_NAMED = 50;
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS) // headers stay as they were written
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private final JsonNode object;

    private EditBody(JsonNode object) {
        this.object = object;
    }

    /** @throws Refused if it is not an edit */
    static EditBody read(String body) {
        try {
            JsonNode object = JSON.readTree(body);
            if (object != null && object.isObject()) {
                EditBody read = new EditBody(object);
                read.checkMembers();
                return read;
            }
        } catch (JsonProcessingException e) {
            // the parser's own message would show the body
        }
        throw bad("the body is not one JSON object with each member once, legal members: " + String.join(", ", LEGAL));
    }

    private void checkMembers() {
        Set<String> members = new TreeSet<>();
        object.fieldNames().forEachRemaining(members::add);
        if (members.contains("aggregateid")) {
            throw bad("aggregateid cannot be changed: it is the record's key, and under another one the event would"
                    + " change places with others; skip it, and write another event");
        }
        members.removeAll(LEGAL);
        if (!members.isEmpty()) {
            String first = members.iterator().next();
            throw bad("member " + first.substring(0, Math.min(LONGEST_NAMED, first.length()))
                    + " means nothing here, legal: " + String.join(", ", LEGAL));
        }
        if (object.has(ParkedEdit.PAYLOAD) && object.has(BASE64)) {
            throw bad("there are payload and payloadBase64, legal: one of them");
        }
    }

    /** Who and why, of what the URL does not say. */
    JsonNode object() {
        return object;
    }

    ParkedEdit edit() {
        ParkedEdit edit = new ParkedEdit(payload(), headers(), name(ParkedEdit.AGGREGATE_TYPE), name(ParkedEdit.TYPE));
        if (edit.isEmpty()) {
            throw bad("nothing is to be changed, legal: payload or payloadBase64, headers, aggregatetype, type");
        }
        return edit;
    }

    private @Nullable To<byte[]> payload() {
        String member = object.has(BASE64) ? BASE64 : ParkedEdit.PAYLOAD;
        JsonNode value = object.get(member);
        if (value == null) {
            return null;
        }
        if (value.isNull()) {
            return new To<>(null);
        }
        if (!value.isTextual()) {
            throw bad(member + " is not text, legal: text, or null for a tombstone");
        }
        return new To<>(member.equals(BASE64) ? decoded(value.textValue()) : utf8(member, value.textValue()));
    }

    private static byte[] decoded(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw bad("payloadBase64 is not Base64 (RFC 4648, the alphabet with + and /)");
        }
    }

    private static byte[] utf8(String member, String text) {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] fitting = new byte[bytes.remaining()];
            bytes.get(fitting);
            return fitting;
        } catch (CharacterCodingException e) {
            throw bad(member + " holds half a surrogate pair, which UTF-8 cannot say");
        }
    }

    private @Nullable To<String> headers() {
        JsonNode value = object.get(ParkedEdit.HEADERS);
        if (value == null) {
            return null;
        }
        if (!value.isObject() && !value.isNull()) {
            throw bad("headers is not an object, legal: {\"name\": \"value\", ...}, or null for none");
        }
        if (value.isNull()) {
            return new To<>(null);
        }
        utf8(ParkedEdit.HEADERS, value.toString());
        return new To<>(value.toString());
    }

    private @Nullable String name(String member) {
        JsonNode value = object.get(member);
        if (value == null) {
            return null;
        }
        if (!value.isTextual() || value.textValue().isEmpty()) {
            throw bad(member + " is not text, legal: text that is not empty");
        }
        utf8(member, value.textValue());
        return value.textValue();
    }

    private static Refused bad(String detail) {
        return new Refused(StatusCodes.BAD_REQUEST, detail);
    }
}
