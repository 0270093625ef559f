package io.outboxrelay.cli;

import io.outboxrelay.settings.LoadedConfig;
import io.outboxrelay.settings.ManagementCredentials;
import io.outboxrelay.settings.RelaySettings;
import io.outboxrelay.settings.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Options of every command that asks a running node: which one. */
final class AskedNode {

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // required: set by picocli
    private Place place;

    /** One of them. */
    static final class Place {
        @Option(
                names = "--config",
                paramLabel = "FILE",
                description = "HOCON configuration of a node; its management host and port are asked.")
        private @Nullable Path config;

        @Option(
                names = "--url",
                paramLabel = "URL",
                converter = Url.class,
                description =
                        "Management address of the node to ask: http://host:port. Changes are made with the credentials of"
                                + " RELAY_MANAGEMENT_TOKEN, or _USER and _PASSWORD.")
        private @Nullable URI url;
    }

    /** The node, and what its configuration says where that was given. */
    record Opened(ManagementClient client, Optional<RelaySettings> settings) {}

    Opened open() {
        if (place.url != null) {
            return new Opened(ManagementClient.at(place.url, ofEnvironment(System.getenv())), Optional.empty());
        }
        if (place.config == null) {
            throw new IllegalStateException("neither --config nor --url was given");
        }
        RelaySettings settings = LoadedConfig.load(place.config).settings();
        return new Opened(ManagementClient.of(settings.management()), Optional.of(settings));
    }

    /** The variables that a node's own configuration falls back to. */
    private static ManagementCredentials ofEnvironment(Map<String, String> environment) {
        return new ManagementCredentials(
                new Secret(environment.getOrDefault("RELAY_MANAGEMENT_TOKEN", "")),
                environment.getOrDefault("RELAY_MANAGEMENT_USER", ""),
                new Secret(environment.getOrDefault("RELAY_MANAGEMENT_PASSWORD", "")));
    }

    /** An address without path, query and user. */
    static final class Url implements ITypeConverter<URI> {
        @Override
        public URI convert(String text) {
            try {
                URI uri = new URI(text);
                boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
                boolean bare = uri.getUserInfo() == null && uri.getQuery() == null && uri.getFragment() == null;
                if (http && bare && uri.getHost() != null && uri.getPath().matches("/?")) {
                    return new URI(uri.getScheme() + "://" + uri.getAuthority());
                }
            } catch (URISyntaxException e) {
                // said below, without the text: it may hold a password
            }
            throw new TypeConversionException("it is not the address of a node, legal: http://host:port");
        }
    }
}
