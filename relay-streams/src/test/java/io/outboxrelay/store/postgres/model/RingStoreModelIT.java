package io.outboxrelay.store.postgres.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.store.postgres.RingStore;
import io.outboxrelay.testkit.DocumentedRoles;
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
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The store under everything that writers, nodes and PostgreSQL do at random; `docs/testing.md` says how to repeat it. */
class RingStoreModelIT {
    private static final int SHARDS = 4;
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static SandboxPostgres postgres;
    private static ActorTestKit kit;

    private final ModelPlan plan = ModelPlan.fromSystemProperties();
    private final Tally tally = new Tally();
    private final ModelLog log = new ModelLog();
    private final CompletableFuture<Void> broken = new CompletableFuture<>();

    @BeforeAll
    static void start() {
        postgres = DocumentedRoles.create(
                SandboxPostgres.start(Map.of("max_prepared_transactions", "50", "deadlock_timeout", "100ms")));
        kit = ActorTestKit.create();
        // connections break here all the time
        ((Logger) LoggerFactory.getLogger("com.zaxxer.hikari")).setLevel(Level.ERROR);
    }

    @AfterAll
    static void stop() {
        ((Logger) LoggerFactory.getLogger("com.zaxxer.hikari")).setLevel(null);
        kit.shutdownTestKit();
        postgres.close();
    }

    @Test
    void whateverHappensEveryCommittedEventIsPublishedAndFirstInTheOrderOfItsAggregate() throws Exception {
        say("seed " + plan.seed() + ", " + plan.length().toSeconds() + " s; repeat with -Dmodel.seed=" + plan.seed());
        boolean flushedOnly = plan.randomOf("settings").nextBoolean();
        say("nodes read " + (flushedOnly ? "flushed commits only" : "all commits"));
        ModelDatabase created = ModelDatabase.create(postgres, "model", SHARDS);
        ModelDatabase database = flushedOnly ? created.flushedOnly() : created;
        try (RingStore store = RingStore.open(kit.system(), database.settings())) {
            Waits.get(store.shards(SHARDS), LIMIT);
        }
        Writers writers = new Writers(plan, database, tally, broken);
        try (Nemesis nemesis = new Nemesis(kit.system(), database.settings(), plan, log, tally, broken)) {
            writers.start();
            carryOn(plan.length().dividedBy(2));
            crashPostgres(writers, nemesis, flushedOnly);
            carryOn(plan.length().dividedBy(2));
            nemesis.calm();
            writers.stop();
            List<Event> ledger = database.ledger();
            drain(nemesis, ledger);
            judge(ledger, nemesis);
            everyPartitionButTheOneInUseCanBeEmptied(nemesis, database);
        }
    }

    /** Fails as soon as somebody runs into what nobody expects. */
    private void carryOn(Duration length) throws Exception {
        try {
            broken.get(length.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException nothingBroke) {
            return;
        } catch (ExecutionException e) {
            throw new AssertionError("the run broke, seed " + plan.seed(), e.getCause());
        }
    }

    private void crashPostgres(Writers writers, Nemesis nemesis, boolean flushedOnly) throws Exception {
        if (!flushedOnly) {
            writers.commitSynchronously();
        }
        writers.keepPrepared();
        await().atMost(LIMIT).until(() -> writers.prepared() >= 3);
        postgres.restartImmediately();
        assertThat(writers.prepared()).as("prepared transactions that survived").isGreaterThanOrEqualTo(3);
        nemesis.forgetHandOvers();
        writers.afterCrash();
        tally.count("crashes of PostgreSQL");
    }

    /** What is still missing when the time is up is for the verdict to tell. */
    private void drain(Nemesis nemesis, List<Event> ledger) {
        List<String> committed = ledger.stream().map(Event::id).toList();
        try {
            await().atMost(LIMIT)
                    .until(() -> log.missing(committed).isEmpty()
                            && nemesis.unsettled().isEmpty());
        } catch (ConditionTimeoutException e) {
            say("not everything is settled after " + LIMIT + ": " + e.getMessage());
        }
    }

    private void judge(List<Event> ledger, Nemesis nemesis) {
        ModelVerdict verdict = ModelVerdict.of(ledger, log.publications(), nemesis.handOvers());
        say(ledger.size() + " events committed; " + tally);
        say(verdict.toString());
        assertThat(verdict.isClean()).as("seed %d: %s", plan.seed(), verdict).isTrue();
        assertThat(List.of(
                        tally.of("commits"),
                        tally.of("aborts"),
                        tally.of("prepared"),
                        tally.of("savepoint rollbacks"),
                        tally.of("stream crashes"),
                        tally.of("take-overs"),
                        tally.of("reshards"),
                        tally.of("hand-overs")))
                .as("a run in which nothing happens proves nothing: %s", tally)
                .doesNotContain(0L);
    }

    private static void everyPartitionButTheOneInUseCanBeEmptied(Nemesis nemesis, ModelDatabase database) {
        await().atMost(LIMIT).untilAsserted(() -> {
            nemesis.purge();
            long occupied = 0;
            for (int n = 0; n < 4; n++) {
                occupied += database.number("select sign(pg_relation_size('outbox_p" + n + "'))");
            }
            assertThat(occupied).isLessThanOrEqualTo(1);
        });
    }

    private static void say(String line) {
        System.out.println("model test: " + line);
    }
}
