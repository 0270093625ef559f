package io.outboxrelay.settings;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.util.Map;

/**
 * A configuration file after reading.
 *
 * @param settings what stands below `outbox-relay`, validated
 * @param raw the file alone, resolved and with nothing of any reference.conf, so that whatever it says below `pekko`
 *     can override the relay's own choices; may hold secrets
 */
public record LoadedConfig(RelaySettings settings, Config raw) {

    /**
     * Reads the file. What the file says counts; where it is silent, the environment variable named in reference.conf;
     * where that is not set either, the default.
     *
     * @throws SettingsException if the file cannot be read, or naming every problem of what it says
     */
    public static LoadedConfig load(Path file) {
        return load(file, System.getenv());
    }

    /** As {@link #load(Path)}, with `environment` in place of the process environment. */
    public static LoadedConfig load(Path file, Map<String, String> environment) {
        ConfigFile read = ConfigFile.read(file, environment);
        return new LoadedConfig(RelaySettings.from(read.withReference()), read.alone());
    }

    @Override
    public String toString() {
        return "LoadedConfig[settings=" + settings + "]";
    }
}
