package io.outboxrelay.store.postgres;

import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.model.Slots;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What is done for every row between the database's answer and its shard's chunk; payloads of 300 bytes. */
@State(Scope.Thread)
public class ReadingBenchmark {
    public static final int ROWS = 500;

    private static final int SHARDS = 16;
    private static final int MAX_BYTES = 1 << 20;
    private static final Snapshot PREV = Snapshot.parse("100:100:");
    private static final Snapshot CUR = Snapshot.parse("200:200:");

    private final byte[][] messages = new byte[ROWS][];
    private final CopiedRow copied = new CopiedRow(MAX_BYTES);
    private final Deal deal = new Deal(Slots.split(SHARDS));
    private final Slots.Hash hash = new Slots.Hash();
    private final Chunking chunking = new Chunking(50, 1 << 20);
    private final List<OutboxRow> rows;

    public ReadingBenchmark() {
        try {
            for (int n = 0; n < ROWS; n++) {
                messages[n] = message(n);
            }
            copied.take(concat(new byte[19], messages[0]));
            this.rows = decode();
        } catch (SQLException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] concat(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    /** A row in COPY's binary format: the count of fields, then each with its length before it; -1 for null. */
    private static byte[] message(int n) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeShort(ReadSql.SLOT + 1);
        number(out, n);
        out.writeInt(2 * Long.BYTES);
        out.writeLong(0x1234_5678_9abc_4defL + n);
        out.writeLong(0x8123_4567_89ab_cdefL);
        number(out, 150);
        number(out, 800_000_000_000_000L + n);
        for (String text : List.of("order", "order-" + n, "OrderPlaced", "x".repeat(300))) {
            out.writeInt(text.length());
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        for (int column = 8; column <= ReadSql.SLOT; column++) {
            out.writeInt(-1);
        }
        return bytes.toByteArray();
    }

    private static void number(DataOutputStream out, long value) throws IOException {
        out.writeInt(Long.BYTES);
        out.writeLong(value);
    }

    /** Bytes of the server to rows. */
    @Benchmark
    @OperationsPerInvocation(ROWS)
    public List<OutboxRow> decode() throws SQLException {
        List<OutboxRow> decoded = new ArrayList<>(ROWS);
        for (byte[] message : messages) {
            copied.take(message);
            decoded.add(StoredRow.of(copied, MAX_BYTES));
        }
        return decoded;
    }

    /** The hash of the key, and whose slot it is. */
    @Benchmark
    @OperationsPerInvocation(ROWS)
    public int deal() {
        int sum = 0;
        for (byte[] message : messages) {
            copied.take(message);
            sum += deal.partOf(copied.slot("", hash));
        }
        return sum;
    }

    /** Rows to chunks. */
    @Benchmark
    @OperationsPerInvocation(ROWS)
    public List<Chunk> chunk() {
        return chunking.cut(new ShardId("orders", 0), rows, PREV, CUR, true);
    }
}
