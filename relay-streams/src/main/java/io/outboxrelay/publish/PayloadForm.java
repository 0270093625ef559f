package io.outboxrelay.publish;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.settings.Placement;
import io.outboxrelay.settings.RoutingSettings;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The value of a record: the payload as it is, a tombstone, trimmed JSON, or an envelope around the payload. */
final class PayloadForm {
    private static final String PAYLOAD = "payload";

    private final boolean tombstones;
    private final JsonExpansion expansion;
    private final List<Placement> members;

    PayloadForm(RoutingSettings settings) {
        this.tombstones = settings.tombstoneOnEmptyPayload();
        this.expansion = new JsonExpansion(settings.json());
        this.members = settings.placement().stream()
                .filter(placed -> placed.target() == Placement.Target.ENVELOPE)
                .toList();
    }

    /**
     * Makes the value.
     *
     * @throws RelayException POISON if an envelope cannot hold the payload
     */
    byte @Nullable [] of(RowView row) {
        byte[] payload = row.row().payload();
        if (isTombstone(row)) {
            return null;
        }
        if (!members.isEmpty()) {
            return envelope(row, payload);
        }
        return payload == null ? null : expansion.trimmed(payload);
    }

    /** Whether the record has no value, whatever else would go into one. */
    boolean isTombstone(RowView row) {
        return tombstones && isBlank(row.row().payload());
    }

    /** Bytes up to a space are what {@link String#trim} takes away. */
    private static boolean isBlank(byte @Nullable [] payload) {
        if (payload != null) {
            for (byte b : payload) {
                if (b < 0 || b > ' ') {
                    return false;
                }
            }
        }
        return true;
    }

    private byte[] envelope(RowView row, byte @Nullable [] payload) {
        ObjectNode envelope = JsonExpansion.JSON.createObjectNode();
        JsonNode json = payload != null && expansion.isOn() ? expansion.expanded(payload) : null;
        if (json != null) {
            envelope.set(PAYLOAD, json);
        } else {
            envelope.put(PAYLOAD, payload == null ? null : text(row, payload));
        }
        for (Placement member : members) {
            envelope.put(member.alias(), row.text(member.field()));
        }
        return JsonExpansion.bytes(envelope);
    }

    private static String text(RowView row, byte[] payload) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(payload))
                    .toString();
        } catch (CharacterCodingException e) {
            throw Unpublishable.because(
                    row.row(), "payload is not valid UTF-8, and routing.placement puts it into an envelope");
        }
    }
}
