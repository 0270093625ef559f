package io.outboxrelay.store.postgres.model;

import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.postgres.model.Fleet.HandOver;
import io.outboxrelay.store.postgres.model.ModelNode.Lease;
import io.outboxrelay.testkit.Waits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;

/** Runs the nodes, and runs them into trouble. */
final class Nemesis implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long TURN_MILLIS = 30;
    private static final int RESHARD_TURNS = 100;

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread created = new Thread(task, "model-nemesis");
        created.setDaemon(true);
        return created;
    });
    private final CompletableFuture<Void> broken;
    private final Random random;
    private final Fleet fleet;
    private boolean calm;
    private int turns;

    Nemesis(
            ActorSystem<?> system,
            OutboxSettings settings,
            ModelPlan plan,
            ModelLog log,
            Tally tally,
            CompletableFuture<Void> broken) {
        this.broken = broken;
        this.random = plan.randomOf("nemesis");
        this.fleet = new Fleet(system, settings, log, thread, random, tally);
        thread.scheduleWithFixedDelay(this::turn, 0, TURN_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void turn() {
        try {
            fleet.placeShards();
            if (!calm) {
                trouble(random.nextInt(1_000));
                if (++turns % RESHARD_TURNS == 0) { // rare enough never to happen by chance in a short run
                    fleet.reshard();
                }
            }
        } catch (RuntimeException | Error e) {
            broken.completeExceptionally(e);
            throw e;
        }
    }

    private void trouble(int fate) {
        if (fate < 60) {
            fleet.crashStream();
        } else if (fate < 120) {
            fleet.takeOver();
        } else if (fate < 180) {
            fleet.handOver();
        } else if (fate < 195) {
            fleet.crashNode();
        } else if (fate < 275) {
            fleet.purge();
        } else if (fate < 287) {
            fleet.reshard();
        }
    }

    /** From now on nothing happens to the nodes any more. */
    void calm() {
        on(() -> {
            calm = true;
            fleet.calm();
            return null;
        });
    }

    void forgetHandOvers() {
        on(() -> {
            fleet.forgetHandOvers();
            return null;
        });
    }

    Set<HandOver> handOvers() {
        return on(fleet::handOvers);
    }

    void purge() {
        on(() -> {
            fleet.purge();
            return null;
        });
    }

    /** What keeps things from being settled: shards without an owner, rows that wait; empty when nothing does. */
    List<String> unsettled() {
        List<Lease> leases = on(fleet::leases);
        List<String> unsettled = new ArrayList<>();
        if (leases.size() != on(fleet::shards)) {
            unsettled.add(on(fleet::toString));
        }
        for (Lease lease : leases) {
            long waiting = Waits.get(lease.node().waiting(lease.claim()), LIMIT);
            if (waiting > 0) {
                unsettled.add(waiting + " rows of " + lease.claim());
            }
        }
        return unsettled;
    }

    private <T> T on(Callable<T> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        thread.execute(() -> {
            try {
                result.complete(call.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return Waits.get(result, LIMIT);
    }

    @Override
    public void close() {
        on(() -> {
            calm = true;
            thread.shutdown();
            fleet.close();
            return null;
        });
    }
}
