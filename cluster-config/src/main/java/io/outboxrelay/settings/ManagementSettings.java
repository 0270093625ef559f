package io.outboxrelay.settings;

/**
 * Where management HTTP listens, and whether and by whom anything may be changed through it.
 *
 * @param tls the server's certificate, its key, and the authority that clients of the command line trust
 */
public record ManagementSettings(
        String host, int port, boolean allowWrites, ManagementCredentials credentials, TlsSettings tls) {
    public ManagementSettings {
        new Rules()
                .that(Hosts.isHost(host), "host", host, "legal a host name or an address")
                .between("port", port, 0, 65_535)
                .that(
                        !allowWrites || credentials.areSet(),
                        "allow-writes",
                        allowWrites,
                        "legal only with auth.token (or auth.token-file), or auth.user and auth.password")
                .versus(
                        !allowWrites || tls.isOn() || Hosts.isLoopback(host),
                        "allow-writes",
                        "host",
                        allowWrites,
                        "legal with tls, or where management.host is a loopback address (127.0.0.1, ::1, localhost), not "
                                + host)
                .orThrow();
    }
}
