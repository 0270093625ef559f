package io.outboxrelay.settings;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What counts as a host, a `host:port` and this very machine; decided by the text, without a name service. */
final class Hosts {
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
    private static final Pattern NODE = Pattern.compile("([A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]+]):([0-9]{1,5})");
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|::1");

    private Hosts() {}

    static boolean isHost(String text) {
        return HOST.matcher(text).matches();
    }

    static boolean isLoopback(String host) {
        return LOOPBACK.matcher(host).matches();
    }

    /** True for an address that means every interface, which no other node can reach. */
    static boolean isWildcard(String host) {
        return host.equals("0.0.0.0") || host.equals("::") || host.equals("0:0:0:0:0:0:0:0");
    }

    static boolean isNode(String hostAndPort) {
        Matcher node = NODE.matcher(hostAndPort);
        if (!node.matches()) {
            return false;
        }
        int port = Integer.parseInt(node.group(2));
        return port >= 1 && port <= 65_535;
    }
}
