package io.outboxrelay.settings;

import java.util.Map;

/** Everything a node is configured with; `outboxes` is keyed by name and never empty. */
public record RelaySettings(
        DatabaseSettings database,
        ClusterSettings cluster,
        ManagementSettings management,
        Map<String, OutboxSettings> outboxes) {}
