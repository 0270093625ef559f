package io.outboxrelay.metrics;

import io.micrometer.core.instrument.Clock;
import io.micrometer.registry.otlp.OtlpConfig;
import io.micrometer.registry.otlp.OtlpMeterRegistry;
import io.outboxrelay.settings.OtlpSettings;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The settings as Micrometer's exporter asks for them. It sends on a thread of its own, and what a collector does not take
 * is dropped with a warning: the next request says what counts by then.
 */
record OtlpPush(OtlpSettings settings, String instance) implements OtlpConfig {

    /** Begins to send whatever is registered with the result, until it is closed. */
    static OtlpMeterRegistry start(OtlpSettings settings, String instance) {
        return new OtlpMeterRegistry(new OtlpPush(settings, instance), Clock.SYSTEM);
    }

    /** Only what is overridden here counts. */
    @Override
    public @Nullable String get(String key) {
        return null;
    }

    @Override
    public String url() {
        return settings.url();
    }

    @Override
    public Duration step() {
        return settings.interval();
    }

    @Override
    public Map<String, String> headers() {
        return settings.headers().entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, header -> header.getValue().reveal()));
    }

    @Override
    public Map<String, String> resourceAttributes() {
        return Map.of("service.name", "outbox-relay", "service.instance.id", instance);
    }
}
