package io.outboxrelay.settings;

import java.time.Duration;
import java.util.Map;

/** One database and how the relay connects to it. */
public record DatabaseSettings(
        String url,
        String user,
        Secret password,
        int connections,
        Duration connectTimeout,
        Duration socketTimeout,
        Map<String, String> properties) {

    public DatabaseSettings {
        properties = Map.copyOf(properties);
        new Rules()
                .required("url", url, "OUTBOX_DB_URL")
                .hidden("url", url, text -> DatabaseKind.ofUrl(text).isPresent(), DatabaseKind.LEGAL_URLS)
                .between("connections", connections, 4, 200)
                .between("connect-timeout", connectTimeout, Duration.ofSeconds(1), Duration.ofMinutes(1))
                .between("socket-timeout", socketTimeout, Duration.ofSeconds(1), Duration.ofMinutes(10))
                .orThrow();
    }

    public DatabaseKind kind() {
        return DatabaseKind.ofUrl(url).orElseThrow();
    }

    /** The url without its parameters and without user and password: what may be shown. */
    public String safeUrl() {
        String bare = url.split("[?;]", 2)[0];
        int credentials = bare.lastIndexOf('@');
        if (credentials < 0) {
            return bare;
        }
        return kind().schemeOf(url).orElseThrow() + "//" + bare.substring(credentials + 1);
    }

    @Override
    public String toString() {
        return "DatabaseSettings[url=" + safeUrl() + ", user=" + user + ", connections=" + connections
                + ", connectTimeout=" + connectTimeout + ", socketTimeout=" + socketTimeout + ", properties="
                + Secret.masked(properties) + "]";
    }
}
