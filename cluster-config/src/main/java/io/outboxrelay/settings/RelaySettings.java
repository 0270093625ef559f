package io.outboxrelay.settings;

import com.typesafe.config.Config;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Everything a node is configured with; `outboxes` is keyed by name and never empty. */
public record RelaySettings(
        DatabaseSettings database,
        ClusterSettings cluster,
        ManagementSettings management,
        OtlpSettings otlp,
        Map<String, OutboxSettings> outboxes) {

    public RelaySettings {
        SortedMap<String, OutboxSettings> byName = new TreeMap<>(outboxes);
        Rules rules = new Rules();
        if (byName.isEmpty()) {
            rules.that(false, "outboxes", "{}", "at least one outbox is needed, for example outboxes { orders {} }");
        }
        Map<String, String> ownerByTable = new HashMap<>();
        byName.forEach((name, outbox) -> {
            String owner = ownerByTable.putIfAbsent(outbox.database().url() + " " + outbox.table(), name);
            rules.versus(
                    owner == null,
                    "outboxes." + name + ".table",
                    "database.url",
                    outbox.table(),
                    "is the table of outbox " + owner + " too, in the same database; legal one outbox per table");
        });
        rules.orThrow();
        outboxes = Collections.unmodifiableMap(byName);
    }

    /**
     * Reads `outbox-relay` of a resolved configuration; what it leaves out has the default of reference.conf.
     *
     * @throws SettingsException naming every problem at once
     */
    public static RelaySettings from(Config config) {
        return new SettingsReader(config).read();
    }
}
