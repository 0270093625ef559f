package io.outboxrelay.demo;

import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One run from the first write to the verdict: a loop that looks at everything ten times a second. */
final class Run {
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PATIENCE_WHEN_INTERRUPTED = Duration.ofSeconds(5);
    private static final int LAST_WORDS = 3;

    private final DemoSettings settings;
    private final StopRequest stop;
    private final Stage stage;
    private final Screen screen;

    private final KillScenario kill;
    private final RateMeter committedRate = new RateMeter();
    private final RateMeter arrivedRate = new RateMeter();
    private final List<String> happenings = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final long beganNanos = System.nanoTime();
    private long shownNanos = beganNanos - Duration.ofDays(1).toNanos();

    Run(DemoSettings settings, StopRequest stop, Stage stage, Screen screen) {
        this.settings = settings;
        this.stop = stop;
        this.stage = stage;
        this.screen = screen;
        this.kill = new KillScenario(settings, stage.nodes(), this::tell);
    }

    Verdict play() throws Exception {
        stage.service().start();
        while (!stage.service().finished() && problems.isEmpty() && !stop.asked()) {
            look("writing");
            kill.look(elapsed(), stage.view().state(), System.nanoTime());
        }
        stage.service().stop();
        BitSet committed;
        try (Connection connection = stage.servers().connect()) {
            committed = stage.ledger().committed(connection);
        }
        drain(committed.cardinality());
        show("done");
        screen.end();
        return verdict(committed);
    }

    /** Waits for the last events, and for the killed node's return where one was killed. */
    private void drain(int committed) throws Exception {
        Drain patient = new Drain(committed, PATIENCE);
        Drain hasty = new Drain(committed, PATIENCE_WHEN_INTERRUPTED);
        Drain.State state = Drain.State.WAITING;
        while (state == Drain.State.WAITING || (kill.underWay() && !stop.asked())) {
            look(state == Drain.State.ARRIVED ? "all arrived, waiting for the cluster" : "waiting for the last events");
            if (kill.underWay()) {
                kill.look(elapsed(), stage.view().state(), System.nanoTime());
            }
            state = (stop.asked() ? hasty : patient).look(stage.checker().findings(), System.nanoTime());
            if (state == Drain.State.STUCK) {
                note(stage.view().state().trouble());
                return;
            }
        }
    }

    private void look(String step) throws InterruptedException {
        if (stop.askedWithin(LOOK)) {
            LockSupport.parkNanos(LOOK.toNanos()); // asked already: there is nothing left to wake up for
        }
        noteFailure("a writer stopped", stage.service().failure());
        noteFailure("the consumer stopped", stage.reader().failure());
        for (NodeProcess node : stage.nodes().all()) {
            if (node.endedByItself()) {
                note("node " + node.number() + " ended by itself; its last words: "
                        + String.join(" | ", DemoFolder.tail(node.log(), LAST_WORDS)));
            }
        }
        if (System.nanoTime() - shownNanos >= screen.interval().toNanos()) {
            shownNanos = System.nanoTime();
            show(step);
        }
    }

    private void show(String step) {
        long now = System.nanoTime();
        OrderService.Counts written = stage.service().counts();
        Checker.Findings found = stage.checker().findings();
        screen.show(new Snapshot(
                elapsed(),
                step,
                written,
                committedRate.perSecond(now, written.committed()),
                found,
                arrivedRate.perSecond(now, found.records()),
                stage.latencies().lately(),
                stage.nodes().all().stream().map(this::look).toList(),
                List.copyOf(happenings)));
    }

    private Snapshot.Node look(NodeProcess node) {
        ClusterState cluster = stage.view().state();
        return new Snapshot.Node(
                node.number(),
                node.life(),
                cluster.readyNodes().contains(node.number()),
                node.pid(),
                node.address(),
                node.life() == NodeProcess.Life.UP ? cluster.ownedBy(node.address()) : List.of(),
                node.url(NodeProcess.SHARDS_PATH));
    }

    private Verdict verdict(BitSet committed) {
        BitSet seen = stage.checker().seen();
        return new Verdict(
                committed.cardinality(),
                stage.service().counts().rolledBack(),
                Checker.missing(committed, seen),
                Checker.phantoms(committed, seen),
                stage.checker().findings(),
                stage.latencies().total(),
                kill.killed(),
                kill.outcome(),
                settings.shards(),
                stop.asked(),
                List.copyOf(problems));
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - beganNanos);
    }

    private void noteFailure(String what, @Nullable Exception failure) {
        if (failure != null) {
            note(what + ": " + failure.getMessage());
        }
    }

    private void note(String problem) {
        if (!problems.contains(problem)) {
            problems.add(problem);
            tell(problem);
        }
    }

    private void tell(String what) {
        String happening = Figures.clock(elapsed()) + "  " + what;
        happenings.add(happening);
        screen.tell(happening);
    }
}
