package io.outboxrelay.cli;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A shard that does not get on, or may not.
 *
 * @param shard null where it is the whole outbox that cannot be told about
 * @param stuck a person has to look: events wait, or nobody can say whether they do
 * @param rowsWaiting -1 where unknown
 * @param why in words
 */
record Trouble(
        Kind kind,
        String outbox,
        @Nullable Integer shard,
        @Nullable String node,
        boolean stuck,
        long rowsWaiting,
        double oldestWaitingSeconds,
        String why) {

    /** The worst first. */
    enum Kind {
        /** Waits for a person. */
        HALTED,
        /** Rows wait and do not get on, though it is meant to relay. */
        STUCK,
        /** Does not answer. */
        SILENT,
        /** Tries again after a failure. */
        RETRYING,
        /** A person wanted it so. */
        PAUSED;

        @JsonValue
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static final Comparator<Trouble> WORST_FIRST = Comparator.comparing(Trouble::kind)
            .thenComparing(Trouble::stuck, Comparator.reverseOrder())
            .thenComparing(Trouble::oldestWaitingSeconds, Comparator.reverseOrder())
            .thenComparing(Trouble::outbox)
            .thenComparing(one -> one.shard() == null ? -1 : one.shard());

    /** Of a whole outbox. */
    static Trouble unknown(String outbox, String why) {
        return new Trouble(Kind.SILENT, outbox, null, null, true, -1, -1, why);
    }

    /** Empty where the shard gets on. */
    static Optional<Trouble> of(JsonNode shard) {
        boolean stuck = shard.path("stuck").asBoolean();
        Kind kind = switch (shard.path("phase").asText("unknown")) {
            case "halted" -> Kind.HALTED;
            case "retrying" -> stuck ? Kind.STUCK : Kind.RETRYING;
            case "paused" -> Kind.PAUSED;
            case "unknown" -> Kind.SILENT;
            default -> stuck ? Kind.STUCK : null;
        };
        return Optional.ofNullable(kind)
                .map(found -> new Trouble(
                        found,
                        shard.path("outbox").asText(),
                        shard.path("shard").asInt(),
                        shard.path("node").textValue(),
                        stuck || found == Kind.HALTED || found == Kind.SILENT,
                        shard.path("rowsWaiting").asLong(-1),
                        shard.path("oldestWaitingSeconds").asDouble(-1),
                        why(found, shard)));
    }

    private static String why(Kind kind, JsonNode shard) {
        String reason = shard.path("reason").asText("");
        if (!reason.isBlank() && !shard.path("reason").isNull()) {
            return ErrorLine.single(reason);
        }
        String error =
                shard.path("lastError").isNull() ? "" : shard.path("lastError").asText("");
        return switch (kind) {
            case PAUSED -> "an operator, or a reshard, wants it to rest; nothing waits";
            case RETRYING ->
                "tries again, failures in a row: " + shard.path("attempt").asInt()
                        + (error.isBlank() ? "" : "; the last: " + ErrorLine.single(error));
            case HALTED, STUCK, SILENT -> error.isBlank() ? "the node does not say why" : ErrorLine.single(error);
        };
    }

    /** `orders/3`, or `orders` for all of it. */
    String name() {
        return shard == null ? outbox : outbox + "/" + shard;
    }
}
