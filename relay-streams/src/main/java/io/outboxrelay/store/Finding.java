package io.outboxrelay.store;

/**
 * What a check found.
 *
 * @param advice what to do about it; empty when it is OK
 */
public record Finding(String check, Level level, String detail, String advice) {

    /** How bad it is. */
    public enum Level {
        /** As it should be. */
        OK,
        /** The relay works, and a person should look. */
        WARN,
        /** The relay cannot work, or events could be lost or reordered. */
        FAIL
    }

    public static Finding ok(String check, String detail) {
        return new Finding(check, Level.OK, detail, "");
    }

    public static Finding warn(String check, String detail, String advice) {
        return new Finding(check, Level.WARN, detail, advice);
    }

    public static Finding fail(String check, String detail, String advice) {
        return new Finding(check, Level.FAIL, detail, advice);
    }
}
