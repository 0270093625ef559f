package io.outboxrelay.demo;

import com.fasterxml.jackson.databind.node.TextNode;
import java.util.UUID;

/** The configuration file of one node: what differs from the defaults and nothing else. */
record NodeConfig(
        String databaseUrl,
        String user,
        String password,
        String bootstrapServers,
        int shards,
        int clusterPort,
        int managementPort) {

    /** Whoever shows it may change something through the nodes' management HTTP. */
    static final String TOKEN = UUID.randomUUID().toString();

    static final String AUTH = ", auth.token = \"" + TOKEN + "\"";

    String hocon() {
        return """
                outbox-relay {
                  database {
                    url = %s
                    user = %s
                    password = %s
                  }
                  kafka.bootstrap-servers = %s
                  outboxes.%s {
                    shards = %d
                    publisher.max-in-flight = %d
                  }
                  cluster { host = "127.0.0.1", port = %d }
                  management { host = "127.0.0.1", port = %d, allow-writes = true%s }
                }
                """.formatted(
                        quoted(databaseUrl),
                        quoted(user),
                        quoted(password),
                        quoted(bootstrapServers),
                        NodeProcess.OUTBOX,
                        shards,
                        DemoSettings.MAX_IN_FLIGHT,
                        clusterPort,
                        managementPort,
                        AUTH);
    }

    /** A HOCON string is a JSON string. */
    private static String quoted(String text) {
        return new TextNode(text).toString();
    }
}
