package io.outboxrelay.settings;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Map;

/**
 * Where a node sends its metrics by the OpenTelemetry protocol, beside serving them.
 *
 * @param url empty where they are not sent
 * @param headers of each request; their values never show
 */
public record OtlpSettings(String url, Duration interval, Map<String, Secret> headers) {
    public OtlpSettings {
        headers = Map.copyOf(headers);
        new Rules()
                .hidden(
                        "url",
                        url,
                        OtlpSettings::isHttp,
                        "legal http://host:port/path or https://..., without a user, or \"\"")
                .between("interval", interval, Duration.ofSeconds(1), Duration.ofMinutes(10))
                .orThrow();
    }

    public boolean isSent() {
        return !url.isEmpty();
    }

    private static boolean isHttp(String url) {
        try {
            URI parsed = new URI(url);
            return ("http".equals(parsed.getScheme()) || "https".equals(parsed.getScheme()))
                    && parsed.getHost() != null
                    && parsed.getUserInfo() == null;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
