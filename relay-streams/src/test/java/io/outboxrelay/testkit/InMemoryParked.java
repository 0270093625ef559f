package io.outboxrelay.testkit;

import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.Slots;
import io.outboxrelay.store.OutboxAdmin.Decision;
import io.outboxrelay.store.ParkedDetail;
import io.outboxrelay.store.ParkedEdit;
import io.outboxrelay.store.ParkedRow;
import io.outboxrelay.store.Refusal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Rows that were put aside in memory, and what people do with them. */
final class InMemoryParked {
    private static final int LARGEST = 1000 << 10;

    private final List<Refusal> parked;

    /** @param parked safe to be changed while others read it */
    InMemoryParked(List<Refusal> parked) {
        this.parked = parked;
    }

    boolean mayBeTriedAgain(Refusal refusal) {
        return !needsDecision(refusal)
                && parked.stream()
                        .noneMatch(other -> other.kind() == Refusal.Kind.REFUSED
                                && other.row().seq() < refusal.row().seq()
                                && Objects.equals(
                                        other.row().aggregate(), refusal.row().aggregate()));
    }

    private static boolean needsDecision(Refusal refusal) {
        return refusal.kind() == Refusal.Kind.REFUSED || refusal.kind() == Refusal.Kind.PASSED;
    }

    /** A released row is kept as a waiting one: it is tried again in its turn. */
    Map<String, Integer> decide(Decision decision, List<String> events) {
        Map<String, Integer> slots = new HashMap<>();
        for (Refusal refusal : parked) {
            OutboxRow row = refusal.row();
            if (events.contains(row.id()) && (decision == Decision.SKIP || needsDecision(refusal))) {
                slots.put(row.id(), Slots.of(Objects.requireNonNullElse(row.aggregateId(), row.id())));
            }
        }
        if (decision == Decision.SKIP) {
            parked.removeIf(refusal -> slots.containsKey(refusal.row().id()));
        } else {
            parked.replaceAll(refusal -> slots.containsKey(refusal.row().id())
                    ? new Refusal(refusal.row(), Refusal.Kind.WAITS, "released")
                    : refusal);
        }
        return slots;
    }

    List<ParkedRow> list(String after, int limit) {
        if (!after.isEmpty() && !after.matches("[0-9a-f-]+")) {
            throw new IllegalArgumentException("'" + after + "' is no place in the list of parked rows");
        }
        return parked.stream()
                .sorted(Comparator.comparing(refusal -> refusal.row().id()))
                .filter(refusal -> refusal.row().id().compareTo(after) > 0)
                .limit(limit)
                .map(InMemoryParked::view)
                .toList();
    }

    private static ParkedRow view(Refusal refusal) {
        OutboxRow row = refusal.row();
        return new ParkedRow(
                row.id(),
                row.id(),
                row.aggregateType(),
                row.aggregateId(),
                row.type(),
                refusal.kind().toString(),
                refusal.reason(),
                1,
                Instant.EPOCH,
                Instant.EPOCH,
                row.payloadBytes());
    }

    private List<Refusal> of(String event) {
        return parked.stream()
                .filter(refusal -> refusal.row().id().equals(event))
                .toList();
    }

    Optional<ParkedDetail> one(String event) {
        return of(event).stream().findFirst().map(found -> new ParkedDetail(view(found), bytes(found.row())));
    }

    ParkedEdit.Result edit(String event, ParkedEdit edit) {
        List<Refusal> found = of(event);
        if (found.size() != 1) {
            return found.isEmpty() ? ParkedDetail.none(event) : ParkedDetail.several(event);
        }
        Refusal refusal = found.get(0);
        ParkedEdit.Result tooLarge = edit.tooLarge(LARGEST);
        if (tooLarge != null) {
            return tooLarge;
        }
        if (!needsDecision(refusal)) {
            return new ParkedDetail(view(refusal), Map.of()).unfit();
        }
        Refusal edited = new Refusal(edited(refusal.row(), edit), refusal.kind(), refusal.reason());
        parked.set(parked.indexOf(refusal), edited);
        return ParkedEdit.Result.DONE;
    }

    private static Map<String, Long> bytes(OutboxRow row) {
        Map<String, Long> bytes = new HashMap<>();
        put(bytes, ParkedEdit.PAYLOAD, row.payload());
        put(bytes, ParkedEdit.HEADERS, utf8(row.headers()));
        put(bytes, ParkedEdit.AGGREGATE_TYPE, utf8(row.aggregateType()));
        put(bytes, ParkedEdit.TYPE, utf8(row.type()));
        return bytes;
    }

    private static byte @Nullable [] utf8(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private static void put(Map<String, Long> bytes, String name, byte @Nullable [] value) {
        if (value != null) {
            bytes.put(name, (long) value.length);
        }
    }

    private static OutboxRow edited(OutboxRow row, ParkedEdit edit) {
        ParkedEdit.To<byte[]> payload = edit.payload();
        ParkedEdit.To<String> headers = edit.headers();
        String aggregateType = edit.aggregateType();
        String type = edit.type();
        return new OutboxRow(
                row.seq(),
                row.id(),
                aggregateType == null ? row.aggregateType() : aggregateType,
                row.aggregateId(),
                type == null ? row.type() : type,
                payload == null ? row.payload() : payload.value(),
                headers == null ? row.headers() : headers.value(),
                row.createdAt(),
                row.txid(),
                row.defect());
    }
}
