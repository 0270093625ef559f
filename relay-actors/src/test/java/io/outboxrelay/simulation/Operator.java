package io.outboxrelay.simulation;

import io.outboxrelay.coordinator.CoordinatorActor;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.shard.Phase;
import io.outboxrelay.shard.ShardActor;
import io.outboxrelay.shard.ShardStatus;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.pattern.StatusReply;

/** Somebody who pauses, resumes, reshards and looks, and who remembers what was confirmed. */
final class Operator {
    private static final long LOOK_EVERY_MILLIS = 300;

    private final World world;
    private final SimulatedCluster cluster;

    /** The last request about each shard. */
    private final Map<ShardId, Integer> requests = new HashMap<>();

    /** Requests that something should run, and of which nobody knows what became: they may take effect at any time. */
    private final Map<Integer, ShardId> open = new HashMap<>();

    private final Set<Integer> paused = new TreeSet<>();
    private int requested;

    Operator(World world, SimulatedCluster cluster) {
        this.world = world;
        this.cluster = cluster;
    }

    void act() {
        ShardId shard = Simulation.shard(world.luck().below(shards()));
        int choice = world.luck().below(10);
        if (choice < 4) {
            look(shard);
        } else if (choice < 7) {
            pause(shard, () -> {});
        } else if (choice < 9 || !paused.isEmpty()) {
            resume(paused.isEmpty() ? shard : Simulation.shard(paused.iterator().next()), () -> {});
        } else {
            reshard(2 + world.luck().below(4));
        }
    }

    int shards() {
        return world.database()
                .table()
                .shards(Simulation.SHARDS)
                .toCompletableFuture()
                .join();
    }

    /** Shards whose pause was confirmed, and not taken back since. */
    Set<Integer> paused() {
        return paused;
    }

    void look(ShardId shard) {
        cluster.healthy().stream()
                .findFirst()
                .ifPresent(node -> cluster.ask(
                        node,
                        shard,
                        ShardStatus.class,
                        ShardActor.GetStatus::new,
                        status -> world.trace().note("status", status.shard() + " " + status.phase())));
    }

    void pause(ShardId shard, Runnable confirmed) {
        int request = note("pause", shard);
        ask(replyTo -> new CoordinatorActor.Pause(shard, "ann", "", replyTo), request, done -> {
            world.trace().note("pause confirmed", shard.toString());
            if (isLatest(shard, request)) {
                paused.add(shard.number());
                watch(shard, request, cluster.coordinators());
                confirmed.run();
            }
        });
    }

    void resume(ShardId shard, Runnable confirmed) {
        int request = note("resume", shard);
        open.put(request, shard);
        paused.remove(shard.number());
        world.judge().mayRun(shard);
        ask(replyTo -> new CoordinatorActor.Resume(shard, "ann", "", replyTo), request, done -> {
            world.trace().note("resume confirmed", shard.toString());
            if (isLatest(shard, request)) {
                confirmed.run();
            }
        });
    }

    private void reshard(int count) {
        int first = requested + 1;
        IntStream.range(0, Simulation.MOST_SHARDS).mapToObj(Simulation::shard).forEach(shard -> {
            open.put(note("reshard to " + count, shard), shard);
        });
        world.judge().mayRun();
        ask(
                replyTo -> new CoordinatorActor.Reshard(Simulation.OUTBOX, count, "ann", "", replyTo),
                first,
                done -> world.trace().note("reshard confirmed", "to " + count));
    }

    private int note(String what, ShardId shard) {
        world.trace().note("ann: " + what + " " + shard);
        requests.put(shard, ++requested);
        return requested;
    }

    private boolean isLatest(ShardId shard, int request) {
        return requests.getOrDefault(shard, 0) == request;
    }

    /** Refusals and errors are answers, too. Of a node that was expelled nobody hears. */
    private void ask(
            Function<ActorRef<StatusReply<Done>>, CoordinatorActor.Command> question,
            int first,
            Consumer<StatusReply<Done>> confirmed) {
        int last = requested;
        SimulatedNode node = cluster.coordinator();
        if (node != null) {
            node.enter(() -> node.tell(new NodeHost.AskCoordinator<StatusReply<Done>>(question, reply -> {
                world.trace().note("operator answered", String.valueOf(reply));
                if (node.isExpelled()) {
                    return;
                }
                if (reply.isSuccess() || !reply.getError().getMessage().startsWith(CoordinatorActor.UNAVAILABLE)) {
                    open.keySet().removeIf(request -> request >= first && request <= last);
                }
                if (reply.isSuccess()) {
                    confirmed.accept(reply);
                }
            })));
        }
    }

    /** Asks the way the coordinator's word went, so that the answer is one to it. */
    private void watch(ShardId shard, int request, int coordinators) {
        SimulatedNode node = cluster.coordinator();
        if (node == null || cluster.coordinators() != coordinators || !isLatest(shard, request)) {
            return;
        }
        cluster.ask(node, shard, ShardActor.PhaseIs.class, ShardActor.GetPhase::new, answer -> {
            if (answer.phase() == Phase.PAUSED && isLatest(shard, request) && !open.containsValue(shard)) {
                world.judge().rests(shard);
            }
        });
        world.timeline().after(LOOK_EVERY_MILLIS, () -> watch(shard, request, coordinators));
    }
}
