package io.outboxrelay.simulation;

import io.outboxrelay.model.ShardId;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.RetrySettings;
import io.outboxrelay.shard.Phase;
import io.outboxrelay.shard.ShardActor;
import io.outboxrelay.shard.TestSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * One schedule: real shard actors with their streams and the real coordinator, on nodes that crash, freeze and leave, over
 * a database, a topic and a network that fail, with writers and an operator; everything decided by a seed. In the end
 * everything works again, and has to come to rest within bounds.
 */
final class Simulation {
    static final String OUTBOX = "orders";
    static final int SHARDS = 3;
    static final int MOST_SHARDS = 5;
    static final Duration CONFIRM_WITHIN = Duration.ofSeconds(2);
    static final Duration REST_WITHIN = Duration.ofSeconds(6);
    static final OutboxSettings SETTINGS = settings();

    private static final int WINDOW = 10;
    private static final long TROUBLE_MILLIS = 30_000;
    private static final long CALM_WITHIN_MILLIS = 60_000;
    private static final long LOOK_EVERY_MILLIS = 500;

    /**
     * What came of it.
     *
     * @param simulatedMillis how long it took in its own time
     */
    record Outcome(
            long seed,
            List<String> violations,
            Map<String, Long> tallies,
            long fingerprint,
            long lines,
            long simulatedMillis,
            List<String> trace) {}

    private final long seed;
    private final World world;
    private final List<Machine> machines;
    private final SimulatedCluster cluster;
    private final Operator operator;
    private final Nemesis nemesis;
    private final Writers writers;

    private Simulation(long seed, Design design, List<Machine> machines, boolean traced) {
        this.seed = seed;
        this.machines = machines;
        Timeline timeline = new Timeline();
        Trace trace = new Trace(timeline, traced);
        SimulatedDatabase database = new SimulatedDatabase(timeline, design);
        Judge judge = new Judge(trace, database.table(), WINDOW);
        this.world = new World(timeline, new Luck(seed), trace, judge, database, new SimulatedTopic(design.honest()));
        this.cluster = new SimulatedCluster(world, design, machines);
        this.operator = new Operator(world, cluster);
        this.nemesis = new Nemesis(world, cluster, operator);
        this.writers = new Writers(world);
    }

    static ShardId shard(int number) {
        return new ShardId(OUTBOX, number);
    }

    /** Pauses after failures are such that the random part of each ends within one tick of the scheduler. */
    private static OutboxSettings settings() {
        return TestSettings.outbox(
                OUTBOX,
                new RetrySettings(Duration.ofMillis(100), Duration.ofMillis(400)),
                Duration.ofSeconds(3),
                WINDOW);
    }

    /**
     * Runs a schedule.
     *
     * @param traced whether its lines are kept
     */
    static Outcome run(long seed, Design design, List<Machine> machines, boolean traced) {
        Simulation simulation = new Simulation(seed, design, machines, traced);
        try {
            return simulation.judged();
        } finally {
            simulation.cluster.end();
        }
    }

    private Outcome judged() {
        advance(TROUBLE_MILLIS);
        nemesis.stop();
        writers.stop();
        comesToRest();
        world.judge().conclude(world.topic().log());
        if (machines.stream().anyMatch(Machine::hasStrayed)) {
            world.judge().violated("a thread that the simulation does not know of took part");
        }
        return new Outcome(
                seed,
                world.judge().violations(),
                world.trace().tallies(),
                world.trace().fingerprint(),
                world.trace().count(),
                world.timeline().nowMillis(),
                world.trace().lines());
    }

    /** First with the shards paused that the operator wants so, then with all of them running. */
    private void comesToRest() {
        Set<Integer> paused = new TreeSet<>(operator.paused());
        reaches("what the operator wants", paused, false);
        reaches("everything is published and settled", Set.of(), true);
    }

    private void reaches(String what, Set<Integer> paused, boolean settled) {
        Set<Integer> confirmed = new TreeSet<>();
        Map<Integer, Phase> phases = new TreeMap<>();
        long untilMillis = world.timeline().nowMillis() + CALM_WITHIN_MILLIS;
        boolean reached = false;
        while (!reached && world.timeline().nowMillis() < untilMillis) {
            int shards = operator.shards();
            for (int number = 0; number < shards; number++) {
                wish(number, paused.contains(number), confirmed, phases);
            }
            advance(LOOK_EVERY_MILLIS);
            reached = confirmed.size() == shards
                    && IntStream.range(0, shards)
                            .allMatch(number ->
                                    phases.get(number) == (paused.contains(number) ? Phase.PAUSED : Phase.RELAYING))
                    && (!settled || world.judge().everythingIsSettled());
        }
        if (!reached) {
            world.judge()
                    .violated("not within " + CALM_WITHIN_MILLIS + " ms: " + what + "; shards are " + phases
                            + ", confirmed " + confirmed + ", wanted paused " + paused);
        }
    }

    private void wish(int number, boolean paused, Set<Integer> confirmed, Map<Integer, Phase> phases) {
        ShardId shard = shard(number);
        if (!confirmed.contains(number)) {
            if (paused) {
                operator.pause(shard, () -> confirmed.add(number));
            } else {
                operator.resume(shard, () -> confirmed.add(number));
            }
        }
        SimulatedNode node = cluster.coordinator();
        if (node != null) {
            cluster.ask(node, shard, ShardActor.PhaseIs.class, ShardActor.GetPhase::new, answer -> {
                phases.put(number, answer.phase());
            });
        }
    }

    private void advance(long millis) {
        long until = world.timeline().nowMillis() + millis;
        List<Machine> busy = new ArrayList<>();
        do {
            PoolThread.doWhatWasGiven();
            cluster.busyMachines(busy);
            while (!busy.isEmpty()) {
                world.luck().oneOf(busy).runOne(world.luck());
                cluster.busyMachines(busy);
            }
        } while (world.timeline().step(until));
    }
}
