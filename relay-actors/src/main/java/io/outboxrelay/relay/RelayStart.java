package io.outboxrelay.relay;

import io.outboxrelay.control.ControlJournal;
import io.outboxrelay.coordinator.CoordinatorActor;
import io.outboxrelay.coordinator.CoordinatorSetup;
import io.outboxrelay.coordinator.Hosting;
import io.outboxrelay.replay.ReplayActor;
import io.outboxrelay.replay.ReplaySetup;
import io.outboxrelay.settings.RelaySettings;
import io.outboxrelay.store.Owner;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.ClusterSingleton;
import org.apache.pekko.cluster.typed.SingletonActor;

/** Starts relaying on a node; the cluster may form before or after. */
public final class RelayStart {
    private static final String COORDINATOR = "outbox-coordinator";
    private static final Duration CONFIRM_WITHIN = Duration.ofSeconds(5);
    /** Beside the drain limit, for a claim or a release that is under way. */
    private static final Duration REST_MARGIN = Duration.ofSeconds(10);

    /** A look under way, and another one behind it. */
    private static final Duration REACH_WITHIN = ReachActor.WITHIN.multipliedBy(2);

    /** Longer than the coordinator waits for its journal. */
    private static final Duration CONFIRM_REPLAY_WITHIN = Duration.ofSeconds(6);

    private static final Duration NOTE_AGAIN = Duration.ofSeconds(2);
    private static final Duration STOP_REPLAY_WITHIN = Duration.ofSeconds(2);

    private static final Duration RESTART_MIN = Duration.ofMillis(200);
    private static final Duration RESTART_MAX = Duration.ofSeconds(10);

    /** Why a node ends that an operator had drained. */
    private enum DrainedByOperator implements CoordinatedShutdown.Reason {
        REASON
    }

    private RelayStart() {}

    /** Call it once for each node, with the same outboxes on every node. */
    public static RelayHandles start(
            ActorSystem<?> system, RelaySettings settings, List<RelayedOutbox> outboxes, Clock clock) {
        ShardRegions regions = ShardRegions.of(system, clock);
        outboxes.forEach(regions::init);
        ShardWaker.start(system, regions::keep);
        ActorRef<CoordinatorActor.Command> coordinator = ClusterSingleton.get(system)
                .init(SingletonActor.of(coordinator(regions, settings, outboxes, clock), COORDINATOR));
        ConcurrentMap<String, Integer> shardCounts = new ConcurrentHashMap<>();
        for (RelayedOutbox outbox : outboxes) {
            if (outbox.shards() != null) {
                shardCounts.put(outbox.settings().name(), outbox.shards());
            }
        }
        RelayHandles handles = new RelayHandles(
                outboxes.stream().map(outbox -> handle(system, outbox)).toList(),
                coordinator,
                replays(system, outboxes, coordinator, clock),
                shardCounts,
                regions::status,
                regions::tryAgain,
                regions::restart,
                () -> CoordinatedShutdown.get(system).runAll(DrainedByOperator.REASON),
                settings.management().credentials());
        system.systemActorOf(LagSampler.create(regions::status), "lag-sampler", Props.empty());
        RelayExtension.get(system).started(handles);
        return handles;
    }

    /** Restarted here, because the singleton manager does not start a singleton again that failed. */
    private static Behavior<CoordinatorActor.Command> coordinator(
            ShardRegions regions, RelaySettings settings, List<RelayedOutbox> outboxes, Clock clock) {
        Map<String, CoordinatorSetup.Duty> duties = outboxes.stream()
                .collect(Collectors.toUnmodifiableMap(
                        outbox -> outbox.settings().name(),
                        outbox -> new CoordinatorSetup.Duty(
                                outbox.settings().shards(),
                                outbox.admin(),
                                outbox.settings().purge().interval(),
                                outbox.settings().drainTimeout().plus(REST_MARGIN))));
        ShardHosts hosts = new ShardHosts(regions.system());
        CoordinatorSetup setup = new CoordinatorSetup(
                duties,
                settings.cluster().wakeInterval(),
                CONFIRM_WITHIN,
                keeper(regions, hosts),
                regions::rests,
                hosts::now,
                hosts::nodes,
                regions.pins()::are,
                listener -> ControlJournal.create(listener, clock));
        return Behaviors.supervise(CoordinatorActor.create(setup))
                .onFailure(SupervisorStrategy.restartWithBackoff(RESTART_MIN, RESTART_MAX, 0.2));
    }

    /** From a node that is leaving in both ways: a node of an earlier version passes nothing on. */
    private static CoordinatorSetup.Keeper keeper(ShardRegions regions, ShardHosts hosts) {
        return (shard, paused, why, revision) -> {
            regions.keep(shard, paused, why, revision);
            if (hosts.now() == Hosting.OTHERS) {
                hosts.another()
                        .ifPresent(node -> ShardWaker.tell(
                                regions.system(), node, new ShardWaker.Word(shard, paused, why, revision)));
            }
        };
    }

    private static ActorRef<ReplayActor.Command> replays(
            ActorSystem<?> system,
            List<RelayedOutbox> outboxes,
            ActorRef<CoordinatorActor.Command> coordinator,
            Clock clock) {
        Map<String, ReplaySetup.Source> sources = outboxes.stream()
                .collect(
                        Collectors.toUnmodifiableMap(outbox -> outbox.settings().name(), RelayedOutbox::replays));
        ReplaySetup setup = new ReplaySetup(
                sources, coordinator, Owner.of(system), clock, CONFIRM_REPLAY_WITHIN, NOTE_AGAIN, STOP_REPLAY_WITHIN);
        return ClusterSingleton.get(system)
                .init(SingletonActor.of(
                        Behaviors.supervise(ReplayActor.create(setup))
                                .onFailure(SupervisorStrategy.restartWithBackoff(RESTART_MIN, RESTART_MAX, 0.2)),
                        "outbox-replays"));
    }

    private static RelayHandles.OutboxHandle handle(ActorSystem<?> system, RelayedOutbox outbox) {
        String name = outbox.settings().name();
        ActorRef<ReachActor.Command> reach = system.systemActorOf(
                ReachActor.create(new ReachActor.Setup(
                        name, outbox.admin()::isPrimary, outbox.publisher()::reach, System::nanoTime)),
                "reach-" + name,
                Props.empty());
        return new RelayHandles.OutboxHandle(
                name,
                outbox.settings().table(),
                outbox.admin(),
                () -> AskPattern.ask(reach, ReachActor.Ask::new, REACH_WITHIN, system.scheduler()));
    }
}
