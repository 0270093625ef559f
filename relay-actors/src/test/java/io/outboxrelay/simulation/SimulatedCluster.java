package io.outboxrelay.simulation;

import io.outboxrelay.coordinator.CoordinatorActor;
import io.outboxrelay.coordinator.CoordinatorSetup;
import io.outboxrelay.coordinator.Hosting;
import io.outboxrelay.coordinator.Nodes;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.shard.Phase;
import io.outboxrelay.shard.ShardActor;
import io.outboxrelay.shard.ShardSetup;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * Who is a member, where each shard is at home, and which way messages take: cluster sharding and the singleton as the
 * relay uses them. Nodes that do not answer are expelled after a while; they may live on without knowing it.
 */
final class SimulatedCluster {
    private static final long HAND_OVER_LIMIT_MILLIS = 20_000;
    private static final long ANSWER_LIMIT_MILLIS = 15_000;
    private static final long ASK_LIMIT_MILLIS = 3_000;
    private static final long LEAVE_LOOK_MILLIS = 200;

    private static final class Home {
        final SimulatedNode node;
        final List<Runnable> buffered = new ArrayList<>();
        boolean handingOver;

        Home(SimulatedNode node) {
            this.node = node;
        }
    }

    private final World world;
    private final Design design;
    private final List<Machine> machines;
    private final int[] lives;
    private final Map<Integer, SimulatedNode> nodes = new TreeMap<>();
    private final List<SimulatedNode> members = new ArrayList<>();
    private final Map<Integer, Home> homes = new TreeMap<>();
    private final Links links;
    private @Nullable SimulatedNode coordinator;
    private int coordinators;

    SimulatedCluster(World world, Design design, List<Machine> machines) {
        this.world = world;
        this.design = design;
        this.machines = machines;
        this.lives = new int[machines.size()];
        this.links = new Links(world, machines.size(), members::contains);
        for (int number = 0; number < machines.size(); number++) {
            join(number);
        }
        elect();
    }

    // ---- members

    void join(int number) {
        SimulatedNode before = nodes.get(number);
        if (before != null) {
            remove(before);
        }
        SimulatedNode node = new SimulatedNode(number, ++lives[number], machines.get(number), world.timeline());
        node.start(new NodeHost.Start(NodeHost.create(shard -> shardSetup(node, shard), ends(node)), node::hostedBy));
        nodes.put(number, node);
        members.add(node);
        world.trace().note(node + " joins");
        MemberEvents.tell(members, node, true);
    }

    /** No member any more; its shards find another home with the next message, the coordinator after a while. */
    void remove(SimulatedNode node) {
        if (!members.remove(node)) {
            return;
        }
        world.trace().note(node + " is removed");
        List<Integer> moved = homesOn(node);
        if (!node.isDead()) {
            node.expel(Set.copyOf(moved));
        }
        moved.forEach(this::forget);
        MemberEvents.tell(members, node, false);
        if (coordinator == node) {
            coordinator = null;
            world.timeline().after(world.luck().between(0, 2_000), this::elect);
        }
    }

    private List<Integer> homesOn(SimulatedNode node) {
        return homes.entrySet().stream()
                .filter(home -> home.getValue().node == node)
                .map(Map.Entry::getKey)
                .toList();
    }

    private void forget(Integer shard) {
        Home home = homes.remove(shard);
        if (home != null) {
            home.buffered.forEach(message -> world.timeline().after(0, message));
        }
    }

    Links links() {
        return links;
    }

    List<SimulatedNode> members() {
        return List.copyOf(members);
    }

    /** Those that nothing is wrong with, and that stay. */
    List<SimulatedNode> healthy() {
        return members.stream()
                .filter(node -> node.isRunning() && !node.isLeaving())
                .toList();
    }

    void crash(SimulatedNode node) {
        world.trace().note("crash", node.toString());
        node.end();
        world.timeline().after(world.luck().between(2_000, 6_000), () -> remove(node));
        restart(node, world.luck().between(1_000, 8_000));
    }

    private void restart(SimulatedNode node, long afterMillis) {
        world.timeline().after(afterMillis, () -> join(node.number()));
    }

    void freeze(SimulatedNode node, long millis) {
        world.trace().note("freeze", node + " for " + millis);
        node.freeze();
        world.timeline().after(world.luck().between(4_000, 6_000), () -> {
            if (node.isFrozen()) {
                remove(node);
            }
        });
        world.timeline().after(millis, () -> thaw(node));
    }

    /** One that was expelled goes on for a while before it learns that, and dies. */
    private void thaw(SimulatedNode node) {
        world.trace().note(node + " goes on");
        node.thaw();
        if (node.isExpelled()) {
            world.trace().note("zombie", node.toString());
            world.timeline().after(world.luck().between(200, 5_000), node::end);
            restart(node, 5_100);
        }
    }

    /** As SIGTERM does. */
    void leave(SimulatedNode node) {
        world.trace().note("leave", node.toString());
        node.leave();
        leaveFurther(node);
    }

    private void leaveFurther(SimulatedNode node) {
        if (node.isDead() || node.isExpelled()) {
            return;
        }
        List<Integer> left = homesOn(node);
        if (!left.isEmpty()) {
            left.forEach(number -> handOver(Simulation.shard(number)));
        } else if (coordinator == node) {
            node.enter(() -> node.tell(NodeHost.Order.STOP_COORDINATOR));
        } else {
            node.end();
            remove(node);
            restart(node, 1_000);
            return;
        }
        world.timeline().after(LEAVE_LOOK_MILLIS, () -> leaveFurther(node));
    }

    /** Fills in the machines that have something to do. */
    void busyMachines(List<Machine> busy) {
        busy.clear();
        for (SimulatedNode node : nodes.values()) {
            if (!node.isFrozen() && !node.machine().isIdle()) {
                busy.add(node.machine());
            }
        }
    }

    /** The schedule is over. */
    void end() {
        nodes.values().stream().filter(node -> !node.isDead()).forEach(SimulatedNode::end);
    }

    // ---- shards

    /** A message from one node to a shard, wherever that is. */
    void send(SimulatedNode from, ShardId shard, NodeHost.Command message) {
        if (from.isDead()) {
            return;
        }
        if (from.isExpelled()) {
            // it reaches those that it takes for its own; nobody else listens to it
            if (from.believesToHost(shard.number())) {
                from.tell(message);
            }
            return;
        }
        Home home = homes.computeIfAbsent(shard.number(), first -> newHome(shard));
        if (home.handingOver) {
            home.buffered.add(() -> send(from, shard, message));
        } else {
            links.transmit(from, home.node, () -> arrive(home.node, shard, message));
        }
    }

    private Home newHome(ShardId shard) {
        List<SimulatedNode> staying =
                members.stream().filter(node -> !node.isLeaving()).toList();
        SimulatedNode node = world.luck().oneOf(staying.isEmpty() ? members : staying);
        world.trace().note(shard + " is at home on " + node);
        return new Home(node);
    }

    private void arrive(SimulatedNode node, ShardId shard, NodeHost.Command message) {
        Home home = homes.get(shard.number());
        if (node.isExpelled() || (home != null && home.node == node && !home.handingOver)) {
            node.tell(message);
        } else {
            send(node, shard, message);
        }
    }

    void handOver(ShardId shard) {
        Home home = homes.get(shard.number());
        if (home == null || home.handingOver) {
            return;
        }
        home.handingOver = true;
        world.trace().note("hand-over", shard + " from " + home.node);
        home.node.enter(() -> home.node.tell(new NodeHost.Drain(shard)));
        int freezes = home.node.freezes();
        world.timeline().after(HAND_OVER_LIMIT_MILLIS, () -> {
            if (homes.get(shard.number()) == home && !home.node.isDead() && home.node.freezes() == freezes) {
                world.judge().violated(shard + " does not leave " + home.node);
            }
        });
    }

    private void shardGone(SimulatedNode node, ShardId shard) {
        Home home = homes.get(shard.number());
        if (home != null && home.node == node && home.handingOver) {
            forget(shard.number());
        }
    }

    /** Asks a shard; question and answer may get lost. `answered` is called on the shard's node. */
    <T> void ask(
            SimulatedNode from,
            ShardId shard,
            Class<T> answer,
            Function<ActorRef<T>, ShardActor.Command> question,
            Consumer<T> answered) {
        send(from, shard, new NodeHost.Ask<>(shard, answer, question, answered));
    }

    private CompletionStage<Boolean> rests(SimulatedNode from, ShardId shard) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        ask(
                from,
                shard,
                ShardActor.PhaseIs.class,
                ShardActor.GetPhase::new,
                is -> world.timeline()
                        .after(
                                world.luck().delayMillis(),
                                () -> from.enter(() -> answer.complete(is.phase() == Phase.PAUSED))));
        world.timeline().after(ASK_LIMIT_MILLIS, () -> from.enter(() -> answer.complete(false)));
        return answer;
    }

    // ---- the coordinator

    @Nullable
    SimulatedNode coordinator() {
        return coordinator;
    }

    /** Counts the coordinators there have been. */
    int coordinators() {
        return coordinators;
    }

    private void elect() {
        List<SimulatedNode> candidates =
                members.stream().filter(node -> !node.isLeaving()).toList();
        if (coordinator != null || candidates.isEmpty()) {
            return;
        }
        SimulatedNode node = candidates.get(0);
        coordinator = node;
        coordinators++;
        world.trace().note("coordinator", "on " + node);
        node.enter(() -> node.tell(new NodeHost.StartCoordinator(coordinatorSetup(node))));
    }

    private void coordinatorGone(SimulatedNode node) {
        if (coordinator == node) {
            coordinator = null;
            world.timeline().after(world.luck().between(0, 300), this::elect);
        }
    }

    private CoordinatorSetup coordinatorSetup(SimulatedNode node) {
        CoordinatorSetup.Duty duty = new CoordinatorSetup.Duty(
                Simulation.SHARDS, new NodeAdmin(world, node), Duration.ofSeconds(5), Simulation.REST_WITHIN);
        DatabaseLink link = new DatabaseLink(world, node);
        return new CoordinatorSetup(
                Map.of(Simulation.OUTBOX, duty),
                Duration.ofSeconds(1),
                Simulation.CONFIRM_WITHIN,
                (shard, paused, why, revision) -> keep(node, shard, new ShardActor.Keep(paused, why, revision)),
                shard -> rests(node, shard),
                () -> node.isLeaving() ? Hosting.OTHERS : Hosting.ANYBODY,
                () -> new Nodes(Map.of(), Map.of()),
                pins -> {},
                listener -> SimulatedJournal.create(listener, world.database(), link, design));
    }

    private void keep(SimulatedNode from, ShardId shard, ShardActor.Keep word) {
        world.trace().note(from + " keeps " + shard + (word.paused() ? " resting" : " running"));
        send(from, shard, new NodeHost.Tell(shard, word));
    }

    private ShardSetup shardSetup(SimulatedNode node, ShardId shard) {
        return new ShardSetup(
                shard,
                Simulation.SETTINGS,
                new NodeStore(world, node),
                world.topic().publisher(world, node),
                node.toString(),
                member -> true,
                drained -> tellCoordinator(node, drained),
                world.timeline()::nowNanos,
                Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
    }

    private void tellCoordinator(SimulatedNode from, ShardId drained) {
        SimulatedNode to = coordinator;
        if (to != null && !from.isDead() && !from.isExpelled()) {
            links.transmit(
                    from, to, () -> to.tell(new NodeHost.TellCoordinator(new CoordinatorActor.ShardStopped(drained))));
        }
    }

    private NodeHost.Ends ends(SimulatedNode node) {
        return new NodeHost.Ends() {
            @Override
            public void shardGone(ShardId shard) {
                if (!node.isDead()) {
                    SimulatedCluster.this.shardGone(node, shard);
                }
            }

            @Override
            public void coordinatorGone() {
                if (!node.isDead()) {
                    SimulatedCluster.this.coordinatorGone(node);
                }
            }

            @Override
            public void mustBecomeTrue(String what, BooleanSupplier done) {
                int freezes = node.freezes();
                world.timeline().after(ANSWER_LIMIT_MILLIS, () -> {
                    if (!node.isDead() && node.freezes() == freezes && !done.getAsBoolean()) {
                        world.judge().violated(node + ": " + what);
                    }
                });
            }

            @Override
            public void failed(String who, Throwable cause) {
                world.judge().violated("an actor of " + node + " failed: " + cause);
            }
        };
    }
}
