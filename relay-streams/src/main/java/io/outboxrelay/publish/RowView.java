package io.outboxrelay.publish;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.settings.RowField;
import org.jspecify.annotations.Nullable;

/** One row as routing sees it: its fields as text, its headers read at most once. For one row, then thrown away. */
final class RowView {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final OutboxRow row;
    private @Nullable JsonNode headers;

    RowView(OutboxRow row) {
        this.row = row;
    }

    OutboxRow row() {
        return row;
    }

    /**
     * Column `headers`; without members where it is null.
     *
     * @throws RelayException POISON if it cannot be read
     */
    JsonNode headers() {
        if (headers == null) {
            headers = parsed();
        }
        return headers;
    }

    private JsonNode parsed() {
        String text = row.headers();
        JsonNode parsed;
        try {
            parsed = text == null ? MissingNode.getInstance() : JSON.readTree(text);
        } catch (JsonProcessingException e) {
            // without the cause: its message would quote header values
            throw noObject();
        }
        if (parsed.isObject() || parsed.isNull() || parsed.isMissingNode()) {
            return parsed;
        }
        throw noObject();
    }

    private RelayException noObject() {
        return Unpublishable.because(row, "column headers is not a JSON object that can be read");
    }

    /** A field, if it has a value. */
    @Nullable
    String text(RowField field) {
        return switch (field.column()) {
            case ID -> row.id();
            case AGGREGATETYPE -> row.aggregateType();
            case AGGREGATEID -> row.aggregateId();
            case TYPE -> row.type();
            case CREATED_AT -> row.createdAt().toString();
            case HEADERS -> text(headers().path(field.member()));
        };
    }

    /** A text bare, any other value as JSON, null where there is none. */
    static @Nullable String text(JsonNode value) {
        if (value.isNull() || value.isMissingNode()) {
            return null;
        }
        return value.isTextual() ? value.textValue() : value.toString();
    }
}
