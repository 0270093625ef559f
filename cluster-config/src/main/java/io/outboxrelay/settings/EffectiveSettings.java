package io.outboxrelay.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Every setting with its value and where that comes from, fit to be shown: secrets are hidden. */
public final class EffectiveSettings {
    private static final String HIDDEN = "\"***\"";
    private static final String REFERENCE = "reference.conf";
    private static final String OUTBOXES = "outboxes";
    private static final String OUTBOX_DEFAULTS = "outbox-defaults";
    private static final Pattern SECRET = Pattern.compile("password|secret|token|jaas", Pattern.CASE_INSENSITIVE);
    private static final Pattern SECRET_IN_URL =
            Pattern.compile("([?&;][^=&;]*(?:password|secret|token|key)[^=&;]*=)[^&;\"]*", Pattern.CASE_INSENSITIVE);
    private static final Pattern USER_IN_URL = Pattern.compile("//[^/@\"]*@");

    private EffectiveSettings() {}

    /**
     * One setting.
     *
     * @param value as HOCON
     * @param origin file and line, environment variable, or reference.conf
     * @param byDefault nobody has set it
     */
    public record Entry(String path, String value, String origin, boolean byDefault) {}

    /**
     * In order of their paths. What an outbox does not say itself stands there with the value and the origin of
     * `outbox-defaults`; its database and Kafka are those above unless it names its own.
     *
     * @throws SettingsException as {@link LoadedConfig#load(Path, Map)}
     */
    public static List<Entry> of(Path file, Map<String, String> environment) {
        LoadedConfig.load(file, environment);
        Config relay = ConfigFile.read(file, environment).withReference().getConfig(SettingsReader.ROOT);
        List<Entry> entries = new ArrayList<>();
        add(entries, SettingsReader.ROOT, relay.withoutPath(OUTBOXES).withoutPath(OUTBOX_DEFAULTS));
        ConfigObject outboxes = relay.getObject(OUTBOXES);
        for (String name : outboxes.keySet()) {
            Config own = ((ConfigObject) outboxes.get(name)).toConfig();
            add(
                    entries,
                    SettingsReader.ROOT + "." + OUTBOXES + "." + ConfigUtil.joinPath(name),
                    own.withFallback(relay.getConfig(OUTBOX_DEFAULTS)));
        }
        entries.sort(Comparator.comparing(Entry::path));
        return List.copyOf(entries);
    }

    private static void add(List<Entry> entries, String block, Config values) {
        values.entrySet()
                .forEach(entry -> entries.add(entry(block + "." + entry.getKey(), entry.getKey(), entry.getValue())));
    }

    private static Entry entry(String path, String key, ConfigValue value) {
        return new Entry(
                path,
                shown(path, key, value),
                origin(value.origin()),
                REFERENCE.equals(value.origin().resource()));
    }

    private static String shown(String path, String key, ConfigValue value) {
        String rendered = value.render(ConfigRenderOptions.concise());
        boolean free = key.contains("properties.");
        boolean secret = path.contains(".otlp.headers.")
                || SECRET.matcher(key).find()
                || (free
                        && !rendered.equals(Secret.masked(Map.of(key, rendered)).get(key)));
        if (secret && !rendered.equals("\"\"")) {
            return HIDDEN;
        }
        return USER_IN_URL
                .matcher(SECRET_IN_URL.matcher(rendered).replaceAll("$1***"))
                .replaceAll("//***@");
    }

    private static String origin(ConfigOrigin origin) {
        String resource = origin.resource();
        if (resource == null) {
            return origin.description();
        }
        return REFERENCE.equals(resource) ? "default" : resource + ": " + origin.lineNumber();
    }
}
