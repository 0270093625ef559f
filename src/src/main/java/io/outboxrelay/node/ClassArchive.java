package io.outboxrelay.node;

import java.util.Optional;

/**
 * A node's classes, laid out by the JVM for mapping them into memory instead of reading and verifying them: half the time
 * and CPU of a node's start. The script `relay` has one made and names it; see java(1), class data sharing.
 */
public final class ClassArchive {
    private static final String OPTION = "RELAY_CLASS_ARCHIVE";

    private ClassArchive() {}

    /** The JVM's option for nodes that run the same jars as this process; empty without an archive. */
    public static Optional<String> option() {
        return Optional.ofNullable(System.getenv(OPTION)).filter(option -> !option.isEmpty());
    }
}
