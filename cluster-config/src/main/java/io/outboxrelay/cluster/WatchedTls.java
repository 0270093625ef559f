package io.outboxrelay.cluster;

import com.typesafe.config.Config;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.event.LogSource;
import org.apache.pekko.event.Logging;
import org.apache.pekko.event.MarkerLoggingAdapter;
import org.apache.pekko.remote.artery.tcp.SSLEngineProvider;
import org.apache.pekko.remote.artery.tcp.ssl.RotatingKeysSSLEngineProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;

/**
 * Pekko's own TLS for remoting, with two things added. A node that turns somebody away says so; Pekko tells only the side
 * that connects. A reason is logged when it first occurs and then once a minute at most, with a count. And files that
 * cannot be read again leave the former ones in use, where Pekko would refuse every connection and could not even end.
 * Pekko creates it by its name in the configuration.
 */
public final class WatchedTls implements SSLEngineProvider {
    private static final Logger log = LoggerFactory.getLogger(WatchedTls.class);
    private static final String RELOAD = "ssl-context-cache-ttl";
    private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Reasons hold words of whoever connects: no more of them than this are told apart. */
    private static final int MAX_REASONS = 50;

    private final Config settings;
    private final MarkerLoggingAdapter pekkoLog;
    private final long reloadNanos;
    private final AtomicLong readNanos = new AtomicLong(System.nanoTime());
    private volatile SSLEngineProvider tls;
    private final ConcurrentMap<String, Told> toldByReason = new ConcurrentHashMap<>();

    /** When a reason was logged, and how often it occurred since. */
    private record Told(long nanos, int since) {}

    /** As Pekko wants it; throws if the files cannot be read. */
    public WatchedTls(ActorSystem system) {
        Config all = system.settings().config().getConfig("pekko.remote.artery.ssl.rotating-keys-engine");
        this.reloadNanos = all.getDuration(RELOAD).toNanos();
        // Without it, Pekko keeps what it has read: reading again is done here.
        this.settings = all.withoutPath(RELOAD);
        this.pekkoLog = Logging.withMarker(system, WatchedTls.class.getName(), LogSource.fromString());
        this.tls = read();
    }

    private SSLEngineProvider read() {
        SSLEngineProvider fresh = new RotatingKeysSSLEngineProvider(settings, pekkoLog);
        // Pekko reads the files when the first engine is made.
        fresh.createServerSSLEngine("", 0);
        return fresh;
    }

    private SSLEngineProvider tls() {
        long last = readNanos.get();
        long now = System.nanoTime();
        // Whoever comes first reads; the others go on with what there is.
        if (now - last > reloadNanos && readNanos.compareAndSet(last, now)) {
            try {
                tls = read();
            } catch (RuntimeException e) {
                log.error(
                        "the files of outbox-relay.cluster.tls cannot be read again, the former ones stay in use: {}",
                        e.getMessage());
            }
        }
        return tls;
    }

    @Override
    public SSLEngine createServerSSLEngine(String hostname, int port) {
        return new WatchedEngine(tls().createServerSSLEngine(hostname, port), this::refused);
    }

    @Override
    public SSLEngine createClientSSLEngine(String hostname, int port) {
        return tls().createClientSSLEngine(hostname, port);
    }

    @Override
    public Option<Throwable> verifyClientSession(String hostname, SSLSession session) {
        return tls().verifyClientSession(hostname, session);
    }

    @Override
    public Option<Throwable> verifyServerSession(String hostname, SSLSession session) {
        Option<Throwable> refusal = tls().verifyServerSession(hostname, session);
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
