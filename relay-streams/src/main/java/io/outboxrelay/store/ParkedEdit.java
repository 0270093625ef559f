package io.outboxrelay.store;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a person changes about a row that was put aside; null leaves a field as it is. Never the aggregate's id: under
 * another key the row would change places with others.
 *
 * @param headers a JSON object
 * @param aggregateType also says which aggregate's rows wait for this one from then on
 */
public record ParkedEdit(
        @Nullable To<byte[]> payload,
        @Nullable To<String> headers,
        @Nullable String aggregateType,
        @Nullable String type) {

    public static final String PAYLOAD = "payload";
    public static final String HEADERS = "headers";
    public static final String AGGREGATE_TYPE = "aggregatetype";
    public static final String TYPE = "type";

    /** Its new value, which may be null. */
    public record To<T>(@Nullable T value) {
        /** Never the value. */
        @Override
        public String toString() {
            return value == null ? "to null" : "to another";
        }
    }

    /**
     * What happened to a field, for the audit trail.
     *
     * @param bytesBefore null where it was null, or was not there
     * @param bytesAfter likewise
     */
    public record Field(
            String name,
            @Nullable Long bytesBefore,
            @Nullable Long bytesAfter) {}

    /** What became of an edit. */
    public enum Outcome {
        /** It is changed, and waits as before. */
        DONE,
        /** There is no such row. */
        NOT_PARKED,
        /** Its state takes no edit, or it is not one row alone. */
        UNFIT,
        /** The table cannot hold that. */
        REFUSED
    }

    /** An outcome and, unless it is done, why. */
    public record Result(Outcome outcome, String reason) {
        public static final Result DONE = new Result(Outcome.DONE, "");
    }

    public boolean isEmpty() {
        return payload == null && headers == null && aggregateType == null && type == null;
    }

    /** The sizes in bytes of what is changed, by the names of the fields; null where it becomes null. */
    public Map<String, @Nullable Long> bytes() {
        Map<String, @Nullable Long> bytes = new LinkedHashMap<>();
        if (payload != null) {
            byte[] value = payload.value();
            bytes.put(PAYLOAD, value == null ? null : (long) value.length);
        }
        if (headers != null) {
            bytes.put(HEADERS, size(headers.value()));
        }
        if (aggregateType != null) {
            bytes.put(AGGREGATE_TYPE, size(aggregateType));
        }
        if (type != null) {
            bytes.put(TYPE, size(type));
        }
        return bytes;
    }

    private static @Nullable Long size(@Nullable String text) {
        return text == null ? null : (long) text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** What it does to a row whose fields have these sizes. */
    public List<Field> against(Map<String, Long> before) {
        List<Field> fields = new ArrayList<>();
        bytes().forEach((name, after) -> fields.add(new Field(name, before.get(name), after)));
        return fields;
    }

    /** Refused where a field is larger than what is ever read. */
    public @Nullable Result tooLarge(long maxBytes) {
        for (Map.Entry<String, @Nullable Long> field : bytes().entrySet()) {
            Long size = field.getValue();
            if (size != null && size > maxBytes) {
                return new Result(
                        Outcome.REFUSED,
                        field.getKey() + " has " + size + " bytes, legal: 0 to " + maxBytes + " (reader.max-payload)");
            }
        }
        return null;
    }

    /** Never shows a value. */
    @Override
    public String toString() {
        return "edit of " + bytes().keySet();
    }
}
