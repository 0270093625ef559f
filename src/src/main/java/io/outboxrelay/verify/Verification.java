package io.outboxrelay.verify;

import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.Slots;
import io.outboxrelay.publish.SentTopics;
import io.outboxrelay.publish.TopicScan;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.Retained;
import io.outboxrelay.store.SentPlace;
import io.outboxrelay.store.SentQuery;
import io.outboxrelay.store.SentRows;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Reads what an outbox says was sent, then the topics up to their end, and compares the two: whatever was acknowledged when
 * it was read must be there. What does not fit into the memory that was given is done in further passes over both.
 */
public final class Verification {
    /** Clocks of writers, relays and brokers may differ by as much. */
    private static final Duration CLOCKS = Duration.ofMinutes(10);

    private final OutboxSettings settings;
    private final SentRows rows;
    private final TopicScan scan;
    private final Progress progress;

    /** Told how far it is. */
    @FunctionalInterface
    public interface Progress {
        /**
         * Now there.
         *
         * @param share of this step, 0 to 1
         */
        void at(String step, double share);
    }

    /**
     * What to compare.
     *
     * @param from events written then or later
     * @param until and before
     * @param mostEvents in memory at once
     * @param mostNamed of each kind of finding
     */
    public record Plan(@Nullable Instant from, @Nullable Instant until, int mostEvents, int mostNamed) {}

    public Verification(OutboxSettings settings, SentRows rows, TopicScan scan, Progress progress) {
        this.settings = settings;
        this.rows = rows;
        this.scan = scan;
        this.progress = progress;
    }

    /**
     * Compares.
     *
     * @throws RelayException if one of the two cannot be read, or events were removed before they were
     */
    public Report run(Plan plan) {
        Report report = new Report(plan.mostNamed());
        Retained retained = await(rows.retained());
        report.since(retained.since());
        Instant since = retained.since();
        if (!retained.whole()
                && since != null
                && (plan.from() == null || plan.from().isBefore(since))) {
            report.note("events written before " + since + " were removed from the outbox and are not compared");
        }
        int low = 0;
        while (low < Slots.COUNT) {
            Expected expected = new Expected(plan.mostEvents(), low);
            pass(plan, retained, expected, report);
            low = expected.high() + 1;
        }
        return report;
    }

    private void pass(Plan plan, Retained retained, Expected expected, Report report) {
        Set<String> topics = new TreeSet<>();
        SentTopics routes = new SentTopics(settings.routing());
        SentQuery query = new SentQuery(plan.from(), plan.until(), null, null, Set.of(), false);
        SentPlace place = retained.begin();
        while (!place.isEnd()) {
            Chunk chunk = await(rows.sent(query, place));
            for (OutboxRow row : chunk.rows()) {
                routes.of(row).ifPresent(topic -> {
                    topics.add(topic);
                    expected.add(row, topic);
                });
            }
            place = (SentPlace) chunk.end();
            progress.at("outbox", place.share());
        }
        Instant from = plan.from() == null ? null : plan.from().minus(CLOCKS);
        Map<String, TopicScan.Kept> kept =
                scan.read(topics, from, expected::arrived, share -> progress.at("topics", share));
        kept.forEach((topic, of) -> note(report, topic, of));
        report.passed(topics);
        expected.judge(report, (topic, createdAt) -> mayBeRemoved(kept.get(topic), createdAt));
    }

    private static boolean mayBeRemoved(TopicScan.@Nullable Kept kept, Instant createdAt) {
        if (kept == null || !kept.exists()) {
            return false;
        }
        Instant since = kept.since();
        return kept.compacted() || (since != null && createdAt.minus(CLOCKS).isBefore(since));
    }

    private static void note(Report report, String topic, TopicScan.Kept kept) {
        if (!kept.exists()) {
            report.note("topic " + topic + " does not exist");
        } else if (kept.compacted()) {
            report.note("topic " + topic + " is compacted: an event that is not there is not called missing");
        } else if (kept.since() != null) {
            report.note("of topic " + topic + " older records were removed: an event from before about " + kept.since()
                    + " that is not there is not called missing");
        }
    }

    private static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw RelayException.of(e);
        }
    }
}
