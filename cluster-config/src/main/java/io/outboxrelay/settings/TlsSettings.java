package io.outboxrelay.settings;

import java.time.Duration;

/**
 * How a node proves who it is, and hides what it says: three PEM files. Without any of them it talks plain TCP.
 *
 * @param certificate this node's certificate
 * @param key its private key
 * @param trusted the certificate of the authority that issued it, and those of whoever talks with it
 * @param reloadInterval how often the files are read again
 */
public record TlsSettings(String certificate, String key, String trusted, Duration reloadInterval) {
    private static final Duration DEFAULT_RELOAD = Duration.ofMinutes(1);

    public TlsSettings {
        boolean any = !(certificate + key + trusted).isBlank();
        Rules rules = new Rules();
        requireIf(any, rules, "certificate", certificate);
        requireIf(any, rules, "key", key);
        requireIf(any, rules, "trusted", trusted);
        rules.between("reload-interval", reloadInterval, Duration.ofSeconds(1), Duration.ofHours(1))
                .orThrow();
    }

    /** Plain TCP. */
    public static TlsSettings off() {
        return new TlsSettings("", "", "", DEFAULT_RELOAD);
    }

    public boolean isOn() {
        return !certificate.isBlank();
    }

    private static void requireIf(boolean any, Rules rules, String key, String value) {
        rules.that(
                !any || !value.isBlank(),
                key,
                "\"\"",
                "legal are certificate, key and trusted together, or none of them");
    }

    /** Without the key's file: somebody will put the key itself there. */
    @Override
    public String toString() {
        return isOn()
                ? "TlsSettings[certificate=" + certificate + ", trusted=" + trusted + ", reloadInterval="
                        + reloadInterval + "]"
                : "TlsSettings[off]";
    }
}
