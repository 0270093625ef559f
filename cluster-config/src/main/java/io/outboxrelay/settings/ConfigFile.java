package io.outboxrelay.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigResolver;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One HOCON file, parsed and resolved.
 *
 * @param withReference the file over every reference.conf
 * @param alone the file by itself
 */
record ConfigFile(Config withReference, Config alone) {
    private static final Pattern SUBSTITUTION = Pattern.compile("\\$\\{[^}\\s]*}");
    private static final Pattern QUOTED = Pattern.compile("['\"`]");

    static ConfigFile read(Path file, Map<String, String> environment) {
        if (!Files.isRegularFile(file)) {
            String fault = Files.exists(file) ? " is not a file" : " does not exist";
            throw new SettingsException(List.of("configuration file " + file + fault));
        }
        if (!Files.isReadable(file)) {
            throw new SettingsException(List.of("configuration file " + file + " must not be read by this user"));
        }
        try {
            ConfigResolveOptions options = ConfigResolveOptions.defaults()
                    .setUseSystemEnvironment(false)
                    .appendResolver(new Variables(environment));
            Config unresolved = ConfigFactory.parseFile(
                    file.toFile(),
                    ConfigParseOptions.defaults().setAllowMissing(false).setSyntax(ConfigSyntax.CONF));
            Config complete = unresolved.withFallback(ConfigFactory.defaultReferenceUnresolved());
            return new ConfigFile(complete.resolve(options), alone(unresolved, complete, options));
        } catch (ConfigException e) {
            throw new SettingsException(List.of(explain(file, e)));
        }
    }

    /** The library cannot resolve `a = 1, a = ${?X}` with another configuration; such a file has to do with itself. */
    private static Config alone(Config unresolved, Config complete, ConfigResolveOptions options) {
        try {
            return unresolved.resolveWith(complete, options);
        } catch (ConfigException.BugOrBroken e) {
            return unresolved.resolve(options);
        }
    }

    /** Where and what, without the text of the file, of which the library's messages quote pieces. */
    private static String explain(Path file, ConfigException e) {
        String message = String.valueOf(e.getMessage());
        String place = e.origin() != null ? e.origin().description() : file.toString();
        Matcher substitution = SUBSTITUTION.matcher(message);
        if (e instanceof ConfigException.UnresolvedSubstitution && substitution.find()) {
            return place + ": nothing to put in place of " + substitution.group();
        }
        if (e instanceof ConfigException.Parse) {
            String detail = QUOTED.split(message.replace(place + ": ", ""), 2)[0].strip();
            return place + ": cannot be parsed: " + (detail.isEmpty() ? "not HOCON" : detail);
        }
        return place + ": cannot be used as HOCON (" + e.getClass().getSimpleName() + ")";
    }

    /** Environment variables, given by hand so that a test can give its own. */
    private record Variables(Map<String, String> values) implements ConfigResolver {
        @Override
        public @Nullable ConfigValue lookup(String path) {
            String value = values.get(path);
            return value == null ? null : ConfigValueFactory.fromAnyRef(value, "environment variable " + path);
        }

        @Override
        public ConfigResolver withFallback(ConfigResolver fallback) {
            return this;
        }
    }
}
