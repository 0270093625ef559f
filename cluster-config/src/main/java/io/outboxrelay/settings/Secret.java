package io.outboxrelay.settings;

/** A value that never shows itself: `toString` hides it, `reveal` is called only where it is handed on. */
public record Secret(String reveal) {
    @Override
    public String toString() {
        return "***";
    }
}
