package io.outboxrelay.store.postgres;

import io.outboxrelay.model.Slots;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one COPY in binary format, one at a time: a count of fields, then each with its length before it. Not
 * copied, only read; the next row takes its place.
 */
final class CopiedRow implements StoredRow.Columns {
    private static final VarHandle SHORT = view(short[].class);
    private static final VarHandle INT = view(int[].class);
    private static final VarHandle LONG = view(long[].class);
    private static final int MOST_COLUMNS = 16;
    private static final int SIGNATURE_BYTES = 11;
    private static final long EPOCH_SECONDS = 946_684_800; // PostgreSQL's: 2000-01-01
    private static final long MICROS = 1_000_000;

    private final int[] starts = new int[MOST_COLUMNS];
    private final RecurringTexts names = new RecurringTexts();
    private final long maxBytes;
    private byte[] message = {};
    private boolean began;

    /** Of a value above {@link #maxBytes}, which is taken for null; 0 if there is none. */
    private int tooLarge;

    /** @param maxBytes a larger value is reported and not given out, should the server have sent one */
    CopiedRow(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    private static VarHandle view(Class<?> type) {
        return MethodHandles.byteArrayViewVarHandle(type, ByteOrder.BIG_ENDIAN);
    }

    /** Moves to the row in this message of the server; false where it only says that there are no more. */
    boolean take(byte[] next) {
        message = next;
        tooLarge = 0;
        int at = 0;
        if (!began) {
            began = true;
            int extension = SIGNATURE_BYTES + Integer.BYTES;
            at = extension + Integer.BYTES + (int) INT.get(message, extension);
        }
        int columns = (short) SHORT.get(message, at);
        at += Short.BYTES;
        for (int column = 0; column < columns; column++) {
            int length = (int) INT.get(message, at);
            at += Integer.BYTES;
            starts[column] = at;
            at += Math.max(0, length);
            if (length > maxBytes) {
                tooLarge = column;
            }
        }
        return columns >= 0;
    }

    private int sent(int column) {
        return (int) INT.get(message, starts[column] - Integer.BYTES);
    }

    private int length(int column) {
        int length = sent(column);
        return length > maxBytes ? -1 : length;
    }

    @Override
    public long number(int column) {
        return (long) LONG.get(message, starts[column]);
    }

    @Override
    public String uuid(int column) {
        return new UUID(number(column), (long) LONG.get(message, starts[column] + Long.BYTES)).toString();
    }

    @Override
    public Instant time(int column) {
        long micros = number(column);
        if (micros == Long.MAX_VALUE || micros == Long.MIN_VALUE) {
            return micros > 0 ? Instant.MAX : Instant.MIN; // infinity
        }
        long nanos = Math.floorMod(micros, MICROS) * 1_000;
        return Instant.ofEpochSecond(EPOCH_SECONDS + Math.floorDiv(micros, MICROS), nanos);
    }

    @Override
    public byte @Nullable [] bytes(int column) {
        int start = starts[column];
        int length = length(column);
        return length < 0 ? null : Arrays.copyOfRange(message, start, start + length);
    }

    @Override
    public @Nullable String text(int column) {
        int length = length(column);
        return length < 0 ? null : new String(message, starts[column], length, StandardCharsets.UTF_8);
    }

    @Override
    public @Nullable String name(int column) {
        int length = length(column);
        return length < 0 ? null : names.of(message, starts[column], length);
    }

    @Override
    public @Nullable String tooLarge() {
        return tooLarge == 0 ? text(ReadSql.TOO_LARGE) : ReadSql.nameOf(tooLarge) + " of " + sent(tooLarge);
    }

    /** Where the server says it, for keys that cannot be hashed here; else by the row's key or id. */
    int slot(String id, Slots.Hash hash) {
        if (length(ReadSql.SLOT) >= 0) {
            return (int) INT.get(message, starts[ReadSql.SLOT]);
        }
        int length = sent(ReadSql.KEY);
        if (length >= 0) {
            return hash.of(message, starts[ReadSql.KEY], length);
        }
        byte[] bytes = id.getBytes(StandardCharsets.ISO_8859_1);
        return hash.of(bytes, 0, bytes.length);
    }
}
