package io.outboxrelay.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.simulation.Simulation.Outcome;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Thousands of schedules a minute; docs/testing.md tells how to run many, and how to repeat one. Each has a seed of its
 * own, so that one of a run is repeated without the others.
 */
class SimulationTest {
    private static final int SCHEDULES = Integer.getInteger("simulation.schedules", 200);
    private static final long SEED =
            Long.getLong("simulation.seed", ThreadLocalRandom.current().nextInt(1_000_000_000));
    private static final int ENOUGH_FOR_EVERYTHING = 100;
    private static final int SEEDS_TWICE = 50;
    private static Machines machines;

    @BeforeAll
    static void start() {
        machines = new Machines();
    }

    @AfterAll
    static void stop() {
        machines.close();
    }

    @Test
    void nothingIsLostReorderedOrLeftBehindInAnySchedule() {
        long began = System.nanoTime();
        Map<String, Long> tallies = new TreeMap<>();
        long simulatedMillis = 0;
        for (long seed = SEED; seed < SEED + SCHEDULES; seed++) {
            Outcome outcome = machines.run(seed, Design.RIGHT, SCHEDULES == 1);
            outcome.trace().forEach(System.out::println);
            assertThat(outcome.violations())
                    .as("repeat it with -Dsimulation.seed=%s -Dsimulation.schedules=1", seed)
                    .isEmpty();
            outcome.tallies().forEach((kind, times) -> tallies.merge(kind, times, Long::sum));
            simulatedMillis += outcome.simulatedMillis();
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        System.out.printf(
                "simulation: %d schedules from -Dsimulation.seed=%d, %.0f a minute, %d simulated hours; %s%n",
                SCHEDULES, SEED, SCHEDULES * 60 / seconds, simulatedMillis / 3_600_000, tallies);
        if (SCHEDULES >= ENOUGH_FOR_EVERYTHING) {
            assertThat(tallies).containsAllEntriesOf(atLeastOnce(tallies));
        }
    }

    /** A run in which something never happens proves nothing about it. */
    private static Map<String, Long> atLeastOnce(Map<String, Long> tallies) {
        Map<String, Long> wanted = new HashMap<>();
        for (String kind : new String[] {
            "claim",
            "commit",
            "rollback",
            "repeat",
            "crash",
            "freeze",
            "zombie",
            "leave",
            "hand-over",
            "link cut",
            "message lost",
            "coordinator",
            "database down",
            "database call failed",
            "answer of the database lost",
            "database call refused: FENCED",
            "broker down",
            "send failed",
            "pause confirmed",
            "resume confirmed",
            "reshard confirmed",
            "dealt",
            "rests",
            "status"
        }) {
            wanted.put(kind, Math.max(1, tallies.getOrDefault(kind, 0L)));
        }
        return wanted;
    }

    @Test
    void theSameSeedIsTheSameSchedule() {
        for (long seed = SEED; seed < SEED + SEEDS_TWICE; seed++) {
            Outcome first = machines.run(seed, Design.RIGHT, true);
            Outcome second = machines.run(seed, Design.RIGHT, true);
            assertThat(second.trace()).as("seed %s", seed).isEqualTo(first.trace());
            assertThat(first.trace()).as("seed %s", seed).hasSizeGreaterThan(100);
        }
    }
}
