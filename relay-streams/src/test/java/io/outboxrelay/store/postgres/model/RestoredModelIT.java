package io.outboxrelay.store.postgres.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.OutboxSettings.HistoryChange;
import io.outboxrelay.store.postgres.RestoredDump;
import io.outboxrelay.store.postgres.RingStore;
import io.outboxrelay.testkit.DocumentedRoles;
import io.outboxrelay.testkit.TestSettings;
import io.outboxrelay.testkit.Verdict;
import io.outboxrelay.testkit.Verdict.Event;
import io.outboxrelay.testkit.Waits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The store under the same troubles, carried over to another server by a dump in the middle of its life. */
class RestoredModelIT {
    private static final int SHARDS = 4;
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final Map<String, String> SERVER =
            Map.of("max_prepared_transactions", "50", "deadlock_timeout", "100ms");
    private static SandboxPostgres before;
    private static SandboxPostgres after;
    private static ActorTestKit kit;

    private final ModelPlan plan = ModelPlan.fromSystemProperties();
    private final Tally tally = new Tally();
    private final ModelLog log = new ModelLog();
    private final CompletableFuture<Void> broken = new CompletableFuture<>();

    @BeforeAll
    static void start() {
        before = DocumentedRoles.create(SandboxPostgres.start(SERVER));
        after = DocumentedRoles.create(SandboxPostgres.start(SERVER));
        kit = ActorTestKit.create();
    }

    @AfterAll
    static void stop() {
        kit.shutdownTestKit();
        before.close();
        after.close();
    }

    @Test
    void whatWasCommittedBeforeTheDumpAndAfterItIsPublishedInOrder() throws Exception {
        System.out.println("model test: seed " + plan.seed() + ", with a restored dump");
        ModelDatabase first = ModelDatabase.create(before, "model", SHARDS);
        usedUpTransactionIds(first);
        try (RingStore store = RingStore.open(kit.system(), first.settings())) {
            Waits.get(store.shards(SHARDS), LIMIT);
        }
        Writers early = new Writers(plan, first, tally, broken);
        try (Nemesis nemesis = nemesis(first)) {
            early.start();
            carryOn();
            early.stop();
        }
        long unsent = first.ledger().stream()
                .filter(event -> !log.holds(List.of(event.id())))
                .count();

        ModelDatabase restored = ModelDatabase.create(after, "model", SHARDS);
        DocumentedRoles.replaying(restored.settings());
        RestoredDump.copy(first.settings(), restored.settings(), List.of("aggregate", "ledger", "elsewhere"));
        ModelDatabase second =
                new ModelDatabase(TestSettings.onHistoryChange(HistoryChange.REPLAY, restored.settings()));
        Writers late = new Writers(plan, second, tally, broken);
        late.start();
        try (Nemesis nemesis = nemesis(second)) {
            carryOn();
            late.stop();
            nemesis.calm();
            List<Event> ledger = second.ledger();
            List<String> committed = ledger.stream().map(Event::id).toList();
            settle(nemesis, committed);
            Verdict verdict = ModelVerdict.of(ledger, log.publications(), nemesis.handOvers())
                    .delivery();
            System.out.println("model test: " + ledger.size() + " events, " + unsent
                    + " of them not sent when the dump was made; " + tally + "; " + verdict);
            assertThat(verdict.isAtLeastOnce())
                    .as("seed %d: %s", plan.seed(), verdict)
                    .isTrue();
        }
    }

    private void settle(Nemesis nemesis, List<String> committed) {
        await().atMost(LIMIT)
                .failFast("somebody broke down", broken::isCompletedExceptionally)
                .untilAsserted(() -> {
                    assertThat(log.missing(committed))
                            .as("not published, seed " + plan.seed())
                            .isEmpty();
                    assertThat(nemesis.unsettled()).as("seed " + plan.seed()).isEmpty();
                });
    }

    private Nemesis nemesis(ModelDatabase database) {
        return new Nemesis(kit.system(), database.settings(), plan, log, tally, broken);
    }

    /** So that the ids of the server the dump is restored to are behind. */
    private static void usedUpTransactionIds(ModelDatabase database) throws Exception {
        database.execute("do $$ begin for n in 1..20000 loop perform pg_current_xact_id(); commit; end loop; end $$");
    }

    private void carryOn() throws Exception {
        try {
            broken.get(plan.length().toMillis() / 3, TimeUnit.MILLISECONDS);
        } catch (TimeoutException nothingBroke) {
            return;
        } catch (ExecutionException e) {
            throw new AssertionError("the run broke, seed " + plan.seed(), e.getCause());
        }
    }
}
