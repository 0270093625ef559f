package io.outboxrelay.settings;

/** Where management HTTP listens, and whether it may change anything. */
public record ManagementSettings(String host, int port, boolean allowWrites) {
    public ManagementSettings {
        new Rules()
                .that(Hosts.isHost(host), "host", host, "legal a host name or an address")
                .between("port", port, 0, 65_535)
                .versus(
                        !allowWrites || Hosts.isLoopback(host),
                        "allow-writes",
                        "host",
                        allowWrites,
                        "legal only where management.host is a loopback address (127.0.0.1, ::1, localhost), not "
                                + host)
                .orThrow();
    }
}
