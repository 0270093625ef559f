package io.outboxrelay.store.postgres;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Decodes short texts that come again and again, types for example, so that their rows share one copy. */
final class RecurringTexts {
    private static final int PLACES = 256;
    private static final int MOST_BYTES = 128;
    private static final int END = 4;

    private final @Nullable Known[] known = new Known[PLACES];

    @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
    private record Known(byte[] bytes, String text) {}

    String of(byte[] message, int start, int length) {
        if (length > MOST_BYTES) {
            return new String(message, start, length, StandardCharsets.UTF_8);
        }
        int place = placeOf(message, start, length);
        Known here = known[place];
        if (here != null && Arrays.equals(here.bytes, 0, here.bytes.length, message, start, start + length)) {
            return here.text;
        }
        byte[] bytes = Arrays.copyOfRange(message, start, start + length);
        String text = new String(bytes, StandardCharsets.UTF_8);
        known[place] = new Known(bytes, text);
        return text;
    }

    /** By its length and both ends: looking at every byte would cost as much as decoding it. */
    private static int placeOf(byte[] message, int start, int length) {
        int hash = length;
        for (int at = 0; at < Math.min(length, END); at++) {
            hash = 31 * (31 * hash + message[start + at]) + message[start + length - 1 - at];
        }
        return (hash ^ hash >>> 8) & (PLACES - 1);
    }
}
