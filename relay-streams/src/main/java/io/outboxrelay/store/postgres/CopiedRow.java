package io.outboxrelay.store.postgres;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One row in COPY's binary format: a count of fields, then each with its length before it. Not copied, only read. */
final class CopiedRow implements StoredRow.Columns {
    private static final int SIGNATURE_BYTES = 11;
    private static final long EPOCH_SECONDS = 946_684_800; // PostgreSQL's: 2000-01-01
    private static final long MICROS = 1_000_000;

    private final byte[] message;
    private final ByteBuffer buffer;
    private final int[] starts;

    private CopiedRow(byte[] message, ByteBuffer buffer, int[] starts) {
        this.message = message;
        this.buffer = buffer;
        this.starts = starts;
    }

    /** The row in this message of the server, or null where it only says that there are no more. */
    static @Nullable CopiedRow in(byte[] message, boolean first) {
        ByteBuffer buffer = ByteBuffer.wrap(message);
        if (first) {
            buffer.position(SIGNATURE_BYTES + Integer.BYTES);
            buffer.position(buffer.position() + Integer.BYTES + buffer.getInt(buffer.position()));
        }
        int columns = buffer.getShort();
        if (columns < 0) {
            return null;
        }
        int[] starts = new int[columns];
        for (int column = 0; column < columns; column++) {
            starts[column] = buffer.position() + Integer.BYTES;
            int length = buffer.getInt();
            buffer.position(buffer.position() + Math.max(0, length));
        }
        return new CopiedRow(message, buffer, starts);
    }

    int size() {
        return message.length;
    }

    @Override
    public long number(int column) {
        return buffer.getLong(starts[column]);
    }

    @Override
    public String uuid(int column) {
        return new UUID(number(column), buffer.getLong(starts[column] + Long.BYTES)).toString();
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
        int length = buffer.getInt(start - Integer.BYTES);
        return length < 0 ? null : Arrays.copyOfRange(message, start, start + length);
    }
}
