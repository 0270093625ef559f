package io.outboxrelay.simulation;

import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.BootstrapSetup;
import org.apache.pekko.actor.setup.ActorSystemSetup;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.ClusterSetup;
import org.apache.pekko.cluster.typed.ClusterStateSubscription;
import org.apache.pekko.cluster.typed.Subscribe;
import scala.concurrent.ExecutionContext;

/**
 * An actor system that runs only when it is told to, one task at a time, and on which one node after the other is
 * simulated. Its default dispatcher, which streams and Pekko's own actors share, has a list of tasks in place of threads. It
 * lives on the {@link PoolThread} that made it.
 */
final class Machine {
    private static final int OVERTAKEN_AT_MOST = 4;

    private final List<Runnable> tasks = new ArrayList<>();
    private final List<ActorRef<? super ClusterEvent.MemberEvent>> members = new ArrayList<>();
    private final ActorSystem<NodeHost.Start> system;
    private final SimulatedScheduler scheduler;
    private final Thread only = Thread.currentThread();
    private volatile boolean strayed;
    private boolean started;

    Machine(String name) {
        Executor list = this::execute;
        BootstrapSetup threads = BootstrapSetup.create(
                Optional.empty(),
                Optional.of(ConfigFactory.parseString("""
                                pekko {
                                  use-slf4j = off
                                  loggers = []
                                  loglevel = OFF
                                  stdout-loglevel = OFF
                                  log-dead-letters = off
                                  jvm-shutdown-hooks = off
                                  scheduler.implementation = "io.outboxrelay.simulation.SimulatedScheduler"
                                  actor {
                                    provider = local
                                    default-dispatcher { executor = default-executor, throughput = 1 }
                                    internal-dispatcher = pekko.actor.default-dispatcher
                                  }
                                }
                                relay-stream-dispatcher = pekko.actor.default-dispatcher
                                """).withFallback(ConfigFactory.load())),
                Optional.of(ExecutionContext.fromExecutor(list)));
        ClusterSetup cluster = new ClusterSetup(started -> new StubbedCluster(started, this::subscribed));
        this.system = ActorSystem.create(NodeHost.starter(), name, ActorSystemSetup.create(threads, cluster));
        this.scheduler = (SimulatedScheduler) Adapter.toClassic(system).scheduler();
        started = true;
        Cluster.get(system); // whoever asks for it first would otherwise have one more task
        runAll();
    }

    /** Pekko waits for its own first actors. */
    private void execute(Runnable task) {
        if (Thread.currentThread() != only) {
            strayed = true;
        } else if (started) {
            tasks.add(task);
        } else {
            task.run();
        }
    }

    private void subscribed(ClusterStateSubscription subscription) {
        if (subscription instanceof Subscribe<?> subscribe) {
            members.add(subscribe.subscriber().unsafeUpcast());
        }
    }

    ActorSystem<NodeHost.Start> system() {
        return system;
    }

    void tellMembers(ClusterEvent.MemberEvent event) {
        members.forEach(member -> member.tell(event));
    }

    /** Whatever ran here before is over. */
    void restart(SimulatedScheduler.Timers timers) {
        members.clear();
        scheduler.follow(timers);
    }

    boolean isIdle() {
        return tasks.isEmpty();
    }

    /** Any of the first few tasks, as threads would take them; each actor's messages keep their order in any case. */
    void runOne(Luck luck) {
        run(luck.below(Math.min(tasks.size(), OVERTAKEN_AT_MOST)));
    }

    private void run(int index) {
        tasks.remove(index).run();
        PoolThread.doWhatWasGiven();
    }

    /** In order, until there are none. */
    void runAll() {
        while (!tasks.isEmpty()) {
            run(0);
        }
    }

    /** Whether another thread wanted something done here: then a schedule cannot be repeated. */
    boolean hasStrayed() {
        return strayed;
    }

    void end() {
        system.terminate();
        runAll();
    }
}
