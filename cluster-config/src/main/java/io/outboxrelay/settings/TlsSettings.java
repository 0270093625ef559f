package io.outboxrelay.settings;

import java.time.Duration;

/**
 * How nodes prove to each other who they are, and hide what they say: three PEM files. Without any of them remoting is
 * plain TCP.
 *
 * @param certificate this node's certificate
 * @param key its private key
 * @param trusted the certificate of the authority that issues the nodes' certificates
 * @param reloadInterval how often the files are read again
 */
public record TlsSettings(String certificate, String key, String trusted, Duration reloadInterval) {
    private static final Duration DEFAULT_RELOAD = Duration.ofMinutes(1);

    public TlsSettings {
        boolean any = !(certificate + key + trusted).isBlank();
        Rules rules = new Rules();
        requireIf(any, rules, "certificate", certificate, "RELAY_TLS_CERTIFICATE");
        requireIf(any, rules, "key", key, "RELAY_TLS_KEY");
        requireIf(any, rules, "trusted", trusted, "RELAY_TLS_TRUSTED");
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

    private static void requireIf(boolean any, Rules rules, String key, String value, String variable) {
        if (any) {
            rules.required(key, value, variable);
        }
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
