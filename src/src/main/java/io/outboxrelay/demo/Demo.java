package io.outboxrelay.demo;

import io.outboxrelay.client.OutboxWriter;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sets the stage, lets the run go on, and clears everything away again: nodes first, then Kafka, then the database.
 * What is started last is stopped first, whatever goes wrong in between.
 */
public final class Demo {
    private static final int CLEAN = 0;
    private static final int NOT_CLEAN = 1;
    private static final Duration NODES_LIMIT = Duration.ofMinutes(2);
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final int LOG_LINES = 15;

    private final DemoSettings settings;
    private final PrintStream out;

    /** @param out where the view and the verdict go */
    public Demo(DemoSettings settings, PrintStream out) {
        this.settings = settings;
        this.out = out;
    }

    /** Returns the exit code: 0 only if the verdict is clean. */
    public int run() throws Exception {
        try (StopRequest stop = StopRequest.register();
                DemoFolder folder = DemoFolder.create(settings.keepData())) {
            QuietLog.into(folder.path().resolve("demo.log"));
            int exitCode = onStage(stop, folder.path());
            if (settings.keepData()) {
                say("kept: " + folder.path());
            }
            return exitCode;
        }
    }

    private int onStage(StopRequest stop, Path folder) throws Exception {
        say("starting PostgreSQL and Kafka (the first time on a machine takes a little longer) ...");
        try (Servers servers = Servers.start(folder)) {
            if (stop.asked()) {
                return NOT_CLEAN;
            }
            servers.prepare();
            say("starting " + settings.nodes() + " relay nodes, a JVM each ...");
            try (NodeProcesses nodes = NodeProcesses.configure(settings, servers, folder)) {
                nodes.start();
                return withCluster(stop, servers, nodes);
            }
        }
    }

    private int withCluster(StopRequest stop, Servers servers, NodeProcesses nodes) throws Exception {
        try (ClusterView view = new ClusterView(nodes).start()) {
            return allShardsRelay(stop, nodes, view) ? play(stop, servers, nodes, view) : NOT_CLEAN;
        } finally {
            say("stopping the nodes, Kafka and PostgreSQL ...");
        }
    }

    private int play(StopRequest stop, Servers servers, NodeProcesses nodes, ClusterView view) throws Exception {
        EventIds ids = EventIds.random();
        Checker checker = new Checker(ids);
        Latencies latencies = new Latencies();
        Clock clock = Clock.systemUTC();
        OrderTransaction transaction =
                new OrderTransaction(ids, new AtomicInteger()::getAndIncrement, new OutboxWriter(), clock);
        OrderService service = new OrderService(
                transaction,
                servers::connect,
                checker,
                new Pacer(settings.eventsPerSecond(), System::nanoTime),
                settings.endless() ? Long.MAX_VALUE : settings.events());
        String kafka = servers.kafka().bootstrapServers();
        try (TopicReader reader = new TopicReader(kafka, Servers.TOPIC, checker, latencies::add, clock).start()) {
            Stage stage = new Stage(servers, nodes, view, service, new Ledger(ids), checker, reader, latencies);
            Screen screen = Terminal.isLive() ? new LiveScreen(out, Terminal.paint()) : new PlainScreen(out);
            Verdict verdict = new Run(settings, stop, stage, screen).play();
            verdict.lines(Terminal.paint()).forEach(this::say);
            return verdict.clean() ? CLEAN : NOT_CLEAN;
        }
    }

    /** False where the demo was asked to stop before. */
    private boolean allShardsRelay(StopRequest stop, NodeProcesses nodes, ClusterView view)
            throws InterruptedException {
        long began = System.nanoTime();
        while (!view.state().spreadOver(settings.nodes(), settings.shards())) {
            if (stop.askedWithin(LOOK)) {
                return false;
            }
            for (NodeProcess node : nodes.all()) {
                if (node.endedByItself()) {
                    throw failed("node " + node.number() + " ended while starting", node);
                }
            }
            long tookNanos = System.nanoTime() - began;
            if (tookNanos > NODES_LIMIT.toNanos() && view.state().allRelaying(settings.shards())) {
                break; // a node without shards is a pity, not a fault
            }
            if (tookNanos > NODES_LIMIT.toNanos()) {
                throw failed(notRelaying(view), nodes.all().get(0));
            }
        }
        int owners = view.state().owners().size();
        say("all " + settings.shards() + " shards are relaying, on " + owners + (owners == 1 ? " node" : " nodes"));
        say("look at them: " + nodes.all().get(0).url("/console") + "   token to change something there: "
                + NodeConfig.TOKEN);
        return true;
    }

    private String notRelaying(ClusterView view) {
        return "not all " + settings.shards() + " shards were relaying within " + NODES_LIMIT.toSeconds() + " s: "
                + view.state().trouble();
    }

    private IllegalStateException failed(String what, NodeProcess node) {
        say("last lines of the log of node " + node.number() + ":");
        DemoFolder.tail(node.log(), LOG_LINES).forEach(line -> say("  " + line));
        return new IllegalStateException(what);
    }

    private void say(String line) {
        out.println(line);
        out.flush();
    }
}
