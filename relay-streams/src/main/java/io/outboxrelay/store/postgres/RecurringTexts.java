package io.outboxrelay.store.postgres;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Decodes short texts that come again and again, types for example, so that their rows share one copy. */
final class RecurringTexts {
    private static final int PLACES = 256;
    private static final int MOST_BYTES = 128;

    private final @Nullable Known[] known = new Known[PLACES];

    @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
    private record Known(byte[] bytes, String text) {}

    String of(byte[] message, int start, int length) {
        if (length > MOST_BYTES) {
            return new String(message, start, length, StandardCharsets.UTF_8);
        }
        int hash = 0;
        for (int at = start; at < start + length; at++) {
            hash = 31 * hash + message[at];
        }
        int place = (hash ^ hash >>> 8) & (PLACES - 1);
        Known here = known[place];
        if (here != null && Arrays.equals(here.bytes, 0, here.bytes.length, message, start, start + length)) {
            return here.text;
        }
        byte[] bytes = Arrays.copyOfRange(message, start, start + length);
        String text = new String(bytes, StandardCharsets.UTF_8);
        known[place] = new Known(bytes, text);
        return text;
    }
}
