package io.outboxrelay.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VerdictTest {
    private static final KillScenario.Outcome FAILED_OVER =
            new KillScenario.Outcome(5, Optional.of(Duration.ofMillis(5_800)));

    private static Checker.Findings found(long duplicates, long foreign, long malformed, long outOfOrder) {
        return new Checker.Findings(1000 + duplicates, 1000, duplicates, 0, foreign, malformed, outOfOrder);
    }

    private static Verdict quiet(long missing, long phantoms, Checker.Findings findings) {
        return verdict(missing, phantoms, findings, false, KillScenario.Outcome.NONE, false, List.of());
    }

    private static Verdict verdict(
            long missing,
            long phantoms,
            Checker.Findings findings,
            boolean killed,
            KillScenario.Outcome kill,
            boolean interrupted,
            List<String> problems) {
        return new Verdict(
                1000,
                100,
                missing,
                phantoms,
                findings,
                Latencies.Summary.NONE,
                killed,
                kill,
                16,
                interrupted,
                problems);
    }

    @Test
    void isCleanWhereEverythingArrivedOnceAndInOrder() {
        Verdict verdict = quiet(0, 0, found(0, 0, 0, 0));
        assertThat(verdict.clean()).isTrue();
        assertThat(verdict.lines(Paint.PLAIN))
                .anySatisfy(line -> assertThat(line).contains("CLEAN: everything"));
    }

    @Test
    void anyFindingMakesItUnclean() {
        assertThat(quiet(1, 0, found(0, 0, 0, 0)).clean()).isFalse();
        assertThat(quiet(0, 1, found(0, 0, 0, 0)).clean()).isFalse();
        assertThat(quiet(0, 0, found(1, 0, 0, 0)).clean()).isFalse();
        assertThat(quiet(0, 0, found(0, 1, 0, 0)).clean()).isFalse();
        assertThat(quiet(0, 0, found(0, 0, 1, 0)).clean()).isFalse();
        assertThat(quiet(0, 0, found(0, 0, 0, 1)).clean()).isFalse();
        assertThat(verdict(
                                0,
                                0,
                                found(0, 0, 0, 0),
                                false,
                                KillScenario.Outcome.NONE,
                                false,
                                List.of("a node ended by itself"))
                        .clean())
                .isFalse();
    }

    @Test
    void afterAKillDuplicatesAreAllowedUpToTheWindowAndNoFurther() {
        Verdict atTheLimit = verdict(0, 0, found(50_000, 0, 0, 0), true, FAILED_OVER, false, List.of());
        assertThat(atTheLimit.duplicatesAllowed()).isEqualTo(10_000 * 5);
        assertThat(atTheLimit.clean()).isTrue();
        assertThat(atTheLimit.lines(Paint.PLAIN))
                .anySatisfy(line -> assertThat(line).contains("50,000 = 10,000 rows in flight x 5 shards"))
                .anySatisfy(line -> assertThat(line).contains("failover", "5.8 s"));
        assertThat(verdict(0, 0, found(50_001, 0, 0, 0), true, FAILED_OVER, false, List.of())
                        .clean())
                .isFalse();
    }

    @Test
    void aFailoverThatNeverCameIsNotClean() {
        KillScenario.Outcome never = new KillScenario.Outcome(5, Optional.empty());
        assertThat(verdict(0, 0, found(0, 0, 0, 0), true, never, false, List.of())
                        .clean())
                .isFalse();
    }

    @Test
    void anInterruptedRunIsNeitherCleanNorCalledLossy() {
        Verdict verdict = verdict(3, 0, found(0, 0, 0, 0), false, KillScenario.Outcome.NONE, true, List.of());
        assertThat(verdict.clean()).isFalse();
        assertThat(verdict.lines(Paint.PLAIN))
                .anySatisfy(line -> assertThat(line).contains("INTERRUPTED: nothing wrong so far"))
                .anySatisfy(line -> assertThat(line).contains("still on their way", "3"))
                .noneSatisfy(line -> assertThat(line).contains("lost"));
    }
}
