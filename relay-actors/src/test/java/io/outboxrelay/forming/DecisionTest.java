package io.outboxrelay.forming;

import static io.outboxrelay.forming.Decision.Probe.ANSWERS;
import static io.outboxrelay.forming.Decision.Probe.REFUSED;
import static io.outboxrelay.forming.Decision.Probe.SILENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.forming.Decision.Candidate;
import io.outboxrelay.forming.Decision.Probe;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class DecisionTest {
    private static final Duration EXPIRY = Duration.ofSeconds(15);

    private static Candidate node(String address, long ageSeconds, Probe probe) {
        return new Candidate(address, Duration.ofSeconds(ageSeconds), probe, false);
    }

    private static Decision decide(Candidate... candidates) {
        return Decision.of("me:1", EXPIRY, List.of(candidates));
    }

    @Test
    void withoutOtherNodesAClusterIsFormed() {
        assertThat(decide()).isEqualTo(new Decision.FormNew());
    }

    @Test
    void nodesThatAnswerAreJoinedHoweverOldTheirSignature() {
        assertThat(decide(node("a:1", 1, ANSWERS), node("b:1", 900, ANSWERS), node("c:1", 1, REFUSED)))
                .isEqualTo(new Decision.Join(List.of("a:1", "b:1")));
    }

    @Test
    void aNodeThatRefusesIsDeadHoweverFreshItsSignature() {
        assertThat(decide(node("a:1", 0, REFUSED))).isEqualTo(new Decision.FormNew());
    }

    @Test
    void aSilentNodeThatSignedLatelyIsWaitedForByName() {
        assertThat(decide(node("a:1", 14, SILENT)))
                .isInstanceOfSatisfying(
                        Decision.Wait.class, wait -> assertThat(wait.reason()).contains("a:1"));
    }

    @Test
    void aSilentNodeOlderThanTheExpiryCountsForNothing() {
        assertThat(decide(node("a:1", 15, SILENT))).isEqualTo(new Decision.FormNew());
    }

    @Test
    void aNodeThatAnswersIsJoinedEvenBesideASilentOne() {
        assertThat(decide(node("a:1", 1, SILENT), node("b:1", 1, ANSWERS)))
                .isEqualTo(new Decision.Join(List.of("b:1")));
    }

    @Test
    void theOwnAddressIsNoSeed() {
        assertThat(decide(node("me:1", 0, ANSWERS))).isEqualTo(new Decision.FormNew());
    }

    @Test
    void whoeverNeitherSignsNorLetsUsInIsAStranger() {
        Candidate stranger = new Candidate("a:1", EXPIRY, ANSWERS, true);
        Candidate slow = new Candidate("a:1", EXPIRY.minusSeconds(1), ANSWERS, true);
        assertThat(decide(stranger)).isEqualTo(new Decision.FormNew());
        assertThat(decide(slow)).isEqualTo(new Decision.Join(List.of("a:1")));
    }
}
