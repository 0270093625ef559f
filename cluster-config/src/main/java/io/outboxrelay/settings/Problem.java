package io.outboxrelay.settings;

import org.jspecify.annotations.Nullable;

/**
 * What is wrong with one setting.
 *
 * @param key the setting, relative to its block: `reader.tick-max`
 * @param versus the other setting a rule between two compares with, or empty
 * @param value what it is, or null where it must not be shown
 * @param rule what would be legal
 */
record Problem(String key, String versus, @Nullable String value, String rule) {

    static Problem of(String key, @Nullable String value, String rule) {
        return new Problem(key, "", value, rule);
    }

    @Override
    public String toString() {
        return key + (value == null ? "" : " = " + value) + ": " + rule;
    }
}
