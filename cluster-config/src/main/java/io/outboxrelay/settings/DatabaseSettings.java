package io.outboxrelay.settings;

import java.time.Duration;
import java.util.Map;

/** One PostgreSQL database and how the relay connects to it. */
public record DatabaseSettings(
        String url,
        String user,
        Secret password,
        int connections,
        Duration connectTimeout,
        Duration socketTimeout,
        Map<String, String> properties) {}
