package io.outboxrelay.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What the events of a workload look like: number n is of key n modulo `keys`; its payload begins with the number and with
 * when it was due (nanoseconds of this process, 0 for none), in fixed width, and goes on half with noise that does not
 * compress and half with filling that does.
 *
 * @param payloadBytes at least {@value #HEADER_BYTES}
 */
public record EventShape(int keys, int payloadBytes) {
    /** Ten thousand keys, and payloads as they are in many outboxes. */
    public static final EventShape USUAL = new EventShape(10_000, 300);

    private static final int NUMBER_DIGITS = 12;
    private static final int DUE_DIGITS = 20;
    private static final int HEADER_BYTES = NUMBER_DIGITS + DUE_DIGITS;
    private static final int NOISE_BYTES = 128 << 10;
    private static final byte[] NOISE = noise();

    public EventShape {
        if (keys < 1 || payloadBytes < HEADER_BYTES || payloadBytes > NOISE_BYTES) {
            throw new IllegalArgumentException("keys = " + keys + ", legal from 1; payloadBytes = " + payloadBytes
                    + ", legal " + HEADER_BYTES + " to " + NOISE_BYTES);
        }
    }

    /** The key of an event. */
    public String key(long number) {
        return "order-" + number % keys;
    }

    /** The payload of an event that was due at a moment of this process. */
    public byte[] payload(long number, long dueNanos) {
        byte[] payload = new byte[payloadBytes];
        writeDigits(payload, 0, NUMBER_DIGITS, number);
        writeDigits(payload, NUMBER_DIGITS, DUE_DIGITS, dueNanos);
        int half = (payloadBytes - HEADER_BYTES) / 2;
        System.arraycopy(NOISE, (int) (number * 7919 % (NOISE_BYTES - half)), payload, HEADER_BYTES, half);
        Arrays.fill(payload, HEADER_BYTES + half, payloadBytes, (byte) 'x');
        return payload;
    }

    /** The same in SQL, never due, for a number named n beside a column `noise` of {@link #NOISE_SQL}. */
    String payloadSql() {
        int half = (payloadBytes - HEADER_BYTES) / 2;
        int rest = payloadBytes - HEADER_BYTES - half;
        return "convert_to(lpad(n::text, " + NUMBER_DIGITS + ", '0') || repeat('0', " + DUE_DIGITS + "), 'UTF8')"
                + " || substring(noise from (1 + n * 7919::bigint % " + (NOISE_BYTES - half) + ")::int for " + half
                + ") || convert_to(repeat('x', " + rest + "), 'UTF8')";
    }

    /** One row with the column `noise`. */
    static final String NOISE_SQL =
            "(select decode(string_agg(md5(i::text), ''), 'hex') as noise from generate_series(1, " + NOISE_BYTES / 16
                    + ") i)";

    /** The number of the event with this payload; -1 for what is none. */
    public static long number(byte[] payload) {
        return digits(payload, 0, NUMBER_DIGITS);
    }

    /** When the event was due, nanoseconds of the process that wrote it; -1 for what is no such payload. */
    public static long due(byte[] payload) {
        return digits(payload, NUMBER_DIGITS, DUE_DIGITS);
    }

    private static void writeDigits(byte[] target, int from, int count, long value) {
        long left = value;
        for (int at = from + count - 1; at >= from; at--) {
            target[at] = (byte) ('0' + left % 10);
            left /= 10;
        }
    }

    private static long digits(byte[] payload, int from, int count) {
        if (payload.length < from + count) {
            return -1;
        }
        long value = 0;
        for (int at = from; at < from + count; at++) {
            if (payload[at] < '0' || payload[at] > '9') {
                return -1;
            }
            value = 10 * value + payload[at] - '0';
        }
        return value;
    }

    private static byte[] noise() {
        byte[] noise = new byte[NOISE_BYTES];
        new java.util.Random(42).nextBytes(noise);
        return noise;
    }

    /** The key of a record as text. */
    public static String text(byte[] key) {
        return new String(key, StandardCharsets.UTF_8);
    }
}
