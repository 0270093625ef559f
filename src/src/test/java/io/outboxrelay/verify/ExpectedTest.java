package io.outboxrelay.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.Slots;
import io.outboxrelay.publish.TopicScan.Found;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExpectedTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final String TOPIC = "t";

    private final Expected expected = new Expected(1000, 0);
    private final Report report = new Report(100);

    private static OutboxRow row(int seq, @Nullable String key) {
        return new OutboxRow(seq, "e" + seq, "order", key, "T", null, null, NOW);
    }

    private static Found record(int seq) {
        return record(seq, 0);
    }

    private static Found record(int seq, int partition) {
        return new Found(TOPIC, partition, "e" + seq, false);
    }

    private void judge() {
        expected.judge(report, (topic, createdAt) -> false);
    }

    private static List<String> events(Findings findings) {
        return findings.named().stream().map(Wrong::event).toList();
    }

    private void written(int... seqs) {
        for (int seq : seqs) {
            expected.add(row(seq, "k"), TOPIC);
        }
    }

    private void arrived(int... seqs) {
        for (int seq : seqs) {
            expected.arrived(record(seq));
        }
    }

    @Test
    void whatIsThereOnceAndInOrderIsFine() {
        written(1, 2, 3);
        arrived(1, 2, 3);
        judge();
        assertThat(report.events()).isEqualTo(3);
        assertThat(report.records()).isEqualTo(3);
        assertThat(report.missing().count()
                        + report.repeated().count()
                        + report.disordered().count())
                .isZero();
    }

    @Test
    void namesWhatIsMissingRepeatedAndSwapped() {
        written(1, 2, 3, 4, 5);
        arrived(1, 3, 1, 5, 4);
        judge();
        assertThat(events(report.missing())).containsExactly("e2");
        assertThat(events(report.repeated())).containsExactly("e1");
        assertThat(events(report.disordered())).containsExactly("e4");
        assertThat(report.disordered().named().get(0).detail()).isEqualTo("behind event e5");
        assertThat(report.repeated().named().get(0).detail()).isEqualTo("2 times");
        assertThat(report.missing().named().get(0))
                .isEqualTo(new Wrong("e2", "order", "k", "2026-11-22T10:00:00Z", "not in topic t"));
    }

    /** A repeat of an early event behind later ones is what a crash leaves. */
    @Test
    void onlyFirstArrivalsHaveAnOrder() {
        written(1, 2);
        arrived(1, 2, 1, 2);
        judge();
        assertThat(report.disordered().count()).isZero();
        assertThat(events(report.repeated())).containsExactlyInAnyOrder("e1", "e2");
    }

    @Test
    void otherKeysAndPartitionsAndEventsWithoutKeyHaveNoOrderAmongEachOther() {
        expected.add(row(1, "a"), TOPIC);
        expected.add(row(2, "b"), TOPIC);
        expected.add(row(3, null), TOPIC);
        expected.add(row(4, null), TOPIC);
        expected.add(row(5, "c"), TOPIC);
        expected.add(row(6, "c"), TOPIC);
        arrived(2, 1, 4, 3);
        expected.arrived(record(6, 1));
        expected.arrived(record(5, 2));
        judge();
        assertThat(report.disordered().count()).isZero();
    }

    @Test
    void whatWasSentAgainOnPurposeIsThereAndNotARepeat() {
        written(1, 2);
        arrived(2);
        expected.arrived(new Found(TOPIC, 0, "e1", true));
        expected.arrived(new Found(TOPIC, 0, "e2", true));
        judge();
        assertThat(report.missing().count()
                        + report.repeated().count()
                        + report.disordered().count())
                .isZero();
        assertThat(report.replayed()).isEqualTo(2);
    }

    @Test
    void recordsOfOtherEventsAndWithoutIdMeanNothing() {
        written(1);
        arrived(1, 99);
        expected.arrived(new Found(TOPIC, 0, null, false));
        judge();
        assertThat(report.records()).isEqualTo(1);
    }

    @Test
    void whatKafkaMayHaveRemovedIsNotCalledMissing() {
        written(1);
        expected.judge(report, (topic, createdAt) -> topic.equals(TOPIC) && createdAt.equals(NOW));
        assertThat(report.missing().count()).isZero();
        assertThat(report.notJudged()).isEqualTo(1);
    }

    @Test
    void countsAllAndNamesTheFirst() {
        Report few = new Report(2);
        written(1, 2, 3);
        expected.judge(few, (topic, createdAt) -> false);
        assertThat(few.missing().count()).isEqualTo(3);
        assertThat(few.missing().named()).hasSize(2);
    }

    @Test
    void neverHoldsMoreThanItMayAndLeavesTheRestToFurtherPasses() {
        int rows = 500;
        Set<String> judged = new HashSet<>();
        List<Integer> passes = new ArrayList<>();
        int low = 0;
        while (low < Slots.COUNT) {
            Expected some = new Expected(100, low);
            for (int n = 0; n < rows; n++) {
                some.add(row(n, "k" + n), TOPIC);
            }
            Report missing = new Report(rows);
            some.judge(missing, (topic, createdAt) -> false);
            assertThat(missing.events()).isLessThanOrEqualTo(100);
            missing.missing()
                    .named()
                    .forEach(one -> assertThat(judged.add(one.event())).isTrue());
            passes.add(low);
            low = some.high() + 1;
        }
        assertThat(judged).hasSize(rows);
        assertThat(passes).hasSizeBetween(5, 20);
    }

    @Test
    void saysWhereEvenOnePartIsTooMuch() {
        Expected few = new Expected(2, Slots.of("k"));
        few.add(row(1, "k"), TOPIC);
        few.add(row(2, "k"), TOPIC);
        assertThatThrownBy(() -> few.add(row(3, "k"), TOPIC)).hasMessageContaining("--max-events");
    }
}
