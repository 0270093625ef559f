package io.outboxrelay.publish;

import com.fasterxml.jackson.databind.JsonNode;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.settings.Placement;
import io.outboxrelay.settings.RoutingSettings;
import io.outboxrelay.settings.RowField;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** What of a row goes beside key and value: the headers, and the partition if the row decides it. */
final class RecordPlaces {
    private static final String ID_HEADER = "id";

    private final List<Placement> headers;
    private final @Nullable RowField partition;

    RecordPlaces(RoutingSettings settings) {
        this.headers = settings.placement().stream()
                .filter(placed -> placed.target() == Placement.Target.HEADER)
                .toList();
        Optional<RowField> field = settings.placement().stream()
                .filter(placed -> placed.target() == Placement.Target.PARTITION)
                .map(Placement::field)
                .findFirst();
        this.partition = field.orElse(null);
    }

    /**
     * The partition, or null for Kafka's choice.
     *
     * @throws RelayException POISON if the field is no partition
     */
    @Nullable
    Integer partition(RowView row) {
        String number = partition == null ? null : row.text(partition);
        if (number == null) {
            return null;
        }
        try {
            int parsed = Integer.parseInt(number);
            if (parsed >= 0) {
                return parsed;
            }
        } catch (NumberFormatException e) {
            // said below, without the value: it may be that of a header
        }
        throw Unpublishable.because(
                row.row(), "its partition " + partition + " is no partition, legal: 0 to " + Integer.MAX_VALUE);
    }

    /** Adds the event id, then what is placed, then the row's own headers. */
    void addHeaders(RowView row, Headers to) {
        to.add(ID_HEADER, utf8(row.row().id()));
        for (Placement placed : headers) {
            to.add(placed.alias(), utf8(row.text(placed.field())));
        }
        if (row.row().headers() != null) {
            for (Map.Entry<String, JsonNode> header : row.headers().properties()) {
                to.add(header.getKey(), utf8(RowView.text(header.getValue())));
            }
        }
    }

    static byte @Nullable [] utf8(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }
}
