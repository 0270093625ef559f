package io.outboxrelay.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.control.ControlJournal;
import io.outboxrelay.simulation.Simulation.Outcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The judge convicts what is known to be wrong, each within a few schedules. */
class WrongDesignsSimulationTest {
    private static final int SCHEDULES = 60;
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
    void aStoreThatDoesNotFence() {
        convicts(Design.RIGHT.withStore(WrongStores::unfenced), "a position was accepted under epoch");
    }

    @Test
    void aTakeOverThatReadsThePositionBeforeItFences() {
        convicts(Design.RIGHT.withStore(WrongStores::readingBeforeFencing), "though it was settled before that claim");
    }

    @Test
    void aPublisherThatAcknowledgesWhatItNeverSent() {
        convicts(Design.RIGHT.lying(), "which was not published");
    }

    @Test
    void aCoordinatorThatForgetsPausesWhenItMoves() {
        convicts(
                Design.RIGHT.withReplay(events -> events.stream()
                        .filter(event -> !(event instanceof ControlJournal.ShardPaused))
                        .toList()),
                "which is paused");
    }

    /** The first schedule that shows it is enough. */
    private static void convicts(Design wrong, String violation) {
        StringBuilder seen = new StringBuilder();
        for (long seed = 1; seed <= SCHEDULES; seed++) {
            Outcome outcome = machines.run(seed, wrong, false);
            if (outcome.violations().stream().anyMatch(found -> found.contains(violation))) {
                System.out.println("simulation: convicted by seed " + seed + ": " + violation);
                return;
            }
            seen.append(outcome.violations());
        }
        assertThat(seen).as("violations in %s schedules", SCHEDULES).contains(violation);
    }
}
