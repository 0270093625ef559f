package io.outboxrelay.settings;

import java.util.Optional;
import java.util.stream.Stream;

/** The databases an outbox can be in, by the beginning of their JDBC URL. */
public enum DatabaseKind {
    POSTGRESQL("jdbc:postgresql:", "jdbc:postgresql:"),
    H2("jdbc:h2:", "jdbc:h2:"),
    MARIADB("jdbc:mariadb:", "jdbc:mysql:");

    static final String LEGAL_URLS = "legal jdbc:postgresql://host:5432/database; for an outbox with acknowledge.mode"
            + " = delete or mark also jdbc:h2:, jdbc:mariadb: or jdbc:mysql:";

    private final String scheme;
    private final String otherScheme;

    DatabaseKind(String scheme, String otherScheme) {
        this.scheme = scheme;
        this.otherScheme = otherScheme;
    }

    static Optional<DatabaseKind> ofUrl(String url) {
        return Stream.of(values())
                .filter(kind -> kind.schemeOf(url).isPresent())
                .findFirst();
    }

    /** The beginning that `url` has, if it is one of this kind's. */
    Optional<String> schemeOf(String url) {
        return Stream.of(scheme, otherScheme).filter(url::startsWith).findFirst();
    }
}
