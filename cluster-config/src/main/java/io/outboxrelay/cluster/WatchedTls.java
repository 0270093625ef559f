package io.outboxrelay.cluster;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.remote.artery.tcp.SSLEngineProvider;
import org.apache.pekko.remote.artery.tcp.ssl.RotatingKeysSSLEngineProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;

/**
 * Pekko's own TLS for remoting, with one thing added: a node that turns somebody away says so. Pekko tells only the side
 * that connects. A reason is logged when it first occurs and then once a minute at most, with a count. Pekko creates it
 * by its name in the configuration.
 */
public final class WatchedTls implements SSLEngineProvider {
    private static final Logger log = LoggerFactory.getLogger(WatchedTls.class);
    private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Reasons hold words of whoever connects: no more of them than this are told apart. */
    private static final int MAX_REASONS = 50;

    private final SSLEngineProvider tls;
    private final ConcurrentMap<String, Told> toldByReason = new ConcurrentHashMap<>();

    /** When a reason was logged, and how often it occurred since. */
    private record Told(long nanos, int since) {}

    /** As Pekko wants it. */
    public WatchedTls(ActorSystem system) {
        this.tls = new RotatingKeysSSLEngineProvider(system);
    }

    @Override
    public SSLEngine createServerSSLEngine(String hostname, int port) {
        return new WatchedEngine(tls.createServerSSLEngine(hostname, port), this::refused);
    }

    @Override
    public SSLEngine createClientSSLEngine(String hostname, int port) {
        return tls.createClientSSLEngine(hostname, port);
    }

    @Override
    public Option<Throwable> verifyClientSession(String hostname, SSLSession session) {
        return tls.verifyClientSession(hostname, session);
    }

    @Override
    public Option<Throwable> verifyServerSession(String hostname, SSLSession session) {
        Option<Throwable> refusal = tls.verifyServerSession(hostname, session);
        refusal.foreach(reason -> {
            refused(subject(session) + ": " + reason.getMessage());
            return null;
        });
        return refusal;
    }

    private void refused(String reason) {
        String key = toldByReason.size() < MAX_REASONS || toldByReason.containsKey(reason) ? reason : "";
        long now = System.nanoTime();
        toldByReason.compute(key, (same, told) -> {
            if (told != null && now - told.nanos() < QUIET_NANOS) {
                return new Told(told.nanos(), told.since() + 1);
            }
            int unsaid = told == null ? 0 : told.since();
            log.warn(
                    "refused a connection to the remoting port: {}{}",
                    reason,
                    unsaid == 0 ? "" : " (and " + unsaid + " more since this was last said)");
            return new Told(now, 0);
        });
    }

    private static String subject(SSLSession session) {
        try {
            return session.getPeerPrincipal().getName();
        } catch (SSLPeerUnverifiedException e) {
            return "somebody without a certificate";
        }
    }
}
