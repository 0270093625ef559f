package io.outboxrelay.store.postgres.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.store.postgres.model.Fleet.HandOver;
import io.outboxrelay.store.postgres.model.ModelLog.Publication;
import io.outboxrelay.testkit.Verdict.Event;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ModelVerdictTest {
    private static final Event A1 = new Event("a", "a v1");
    private static final Event A2 = new Event("a", "a v2");
    private static final List<Event> LEDGER = List.of(A1, A2);

    private static Publication under(long epoch, Event event) {
        return new Publication(event, 0, epoch);
    }

    @Test
    void aRepeatUnderALaterClaimIsExplained() {
        ModelVerdict verdict = ModelVerdict.of(LEDGER, List.of(under(1, A1), under(2, A1), under(2, A2)), Set.of());
        assertThat(verdict.isClean()).isTrue();
        assertThat(verdict.delivery().duplicates()).isEqualTo(1);
    }

    @Test
    void aRepeatWithinOneClaimIsNot() {
        ModelVerdict verdict = ModelVerdict.of(LEDGER, List.of(under(1, A1), under(1, A1), under(1, A2)), Set.of());
        assertThat(verdict.isClean()).isFalse();
        assertThat(verdict.unexplained()).hasSize(1);
    }

    @Test
    void aRepeatOfWhatWasHandedOverIsNot() {
        List<Publication> log = List.of(under(1, A1), under(2, A1), under(2, A2));
        assertThat(ModelVerdict.of(LEDGER, log, Set.of(new HandOver(0, 1))).unexplained())
                .hasSize(1);
        assertThat(ModelVerdict.of(LEDGER, log, Set.of(new HandOver(1, 1))).isClean())
                .as("another shard's hand-over")
                .isTrue();
        List<Publication> dealtBetween = List.of(under(1, A1), new Publication(A1, 5, 2), under(2, A2));
        assertThat(ModelVerdict.of(LEDGER, dealtBetween, Set.of(new HandOver(0, 1)))
                        .unexplained())
                .as("the slots were dealt to another shard in between")
                .hasSize(1);
    }

    @Test
    void aZombieBehindAHandOverMayRepeat() {
        ModelVerdict verdict =
                ModelVerdict.of(LEDGER, List.of(under(2, A1), under(2, A2), under(1, A1)), Set.of(new HandOver(0, 2)));
        assertThat(verdict.isClean()).isTrue();
    }

    @Test
    void lossAndDisorderAreNeverExplained() {
        assertThat(ModelVerdict.of(LEDGER, List.of(under(1, A1)), Set.of()).isClean())
                .isFalse();
        assertThat(ModelVerdict.of(LEDGER, List.of(under(1, A2), under(2, A1)), Set.of())
                        .isClean())
                .isFalse();
    }
}
