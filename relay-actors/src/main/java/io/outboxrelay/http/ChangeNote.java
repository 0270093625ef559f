package io.outboxrelay.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.Query;
import org.apache.pekko.http.javadsl.model.StatusCodes;

/** Who changes something and why; goes into the audit trail as it was given. Pure. */
record ChangeNote(String by, String reason) {
    static final String BY = "by";
    static final String REASON = "reason";

    /** Of whoever shows a token and gives no name. */
    static final String UNKNOWN = "unknown";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST = 200;

    /** From the query, else from the JSON object in `body`, which may be empty. */
    static ChangeNote read(Query query, String body, String who) {
        return read(query, object(body), who);
    }

    /**
     * From the query, else from `object`.
     *
     * @param who has proven to be that user, which then counts; or {@link #UNKNOWN}
     */
    static ChangeNote read(Query query, JsonNode object, String who) {
        String said = bounded(BY, query.get(BY).or(() -> text(object, BY)).orElse(UNKNOWN));
        return new ChangeNote(
                who.equals(UNKNOWN) ? said : who,
                bounded(REASON, query.get(REASON).or(() -> text(object, REASON)).orElse("")));
    }

    private static JsonNode object(String body) {
        if (body.isBlank()) {
            return JSON.createObjectNode();
        }
        try {
            JsonNode node = JSON.readTree(body);
            if (node.isObject()) {
                return node;
            }
        } catch (JsonProcessingException e) {
            // the parser's own message would show the body
        }
        throw new Refused(
                StatusCodes.BAD_REQUEST, "the body is not a JSON object, legal: {\"by\": text, \"reason\": text}");
    }

    private static Optional<String> text(JsonNode object, String key) {
        JsonNode value = object.get(key);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw new Refused(StatusCodes.BAD_REQUEST, key + " is not text");
        }
        return Optional.of(value.textValue());
    }

    private static String bounded(String key, String value) {
        if (value.length() > LONGEST) {
            throw new Refused(
                    StatusCodes.BAD_REQUEST, key + " has " + value.length() + " characters, legal: 0 to " + LONGEST);
        }
        return value;
    }
}
