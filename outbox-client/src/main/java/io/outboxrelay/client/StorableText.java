package io.outboxrelay.client;

/** Refuses text that PostgreSQL cannot hold, or that would reach it altered. Names the field, never the text. */
final class StorableText {
    private StorableText() {}

    static String require(String field, String text) {
        int nul = text.indexOf('\0');
        if (nul >= 0) {
            throw new IllegalArgumentException(
                    field + " has a NUL character at index " + nul + ", legal: any text without NUL");
        }
        return requireUnicode(field, text);
    }

    static String requireNotBlank(String field, String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException(field + " is blank, legal: any text with a visible character");
        }
        return require(field, text);
    }

    /** Half a surrogate pair has no UTF-8 form: drivers send a question mark in its place and say nothing. */
    static String requireUnicode(String field, String text) {
        if (text.codePoints().anyMatch(StorableText::isHalfPair)) {
            throw new IllegalArgumentException(field + " has half a surrogate pair, legal: valid Unicode");
        }
        return text;
    }

    private static boolean isHalfPair(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }
}
