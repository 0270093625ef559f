package io.outboxrelay.simulation;

import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.BootstrapSetup;
import org.apache.pekko.actor.setup.ActorSystemSetup;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.typed.ClusterSetup;
import org.apache.pekko.cluster.typed.ClusterStateSubscription;
import org.apache.pekko.cluster.typed.Subscribe;
import org.jspecify.annotations.Nullable;
import scala.concurrent.ExecutionContext;

/**
 * An actor system that runs only when it is told to, one task at a time, and on which one node after the other is
 * simulated. Its default dispatcher, which streams and Pekko's own actors share, has a list of tasks in place of threads.
 *
 * <p>Futures that Pekko makes of Scala's, of a stream's end and of an ask, tell their end through the common pool. It is
 * waited for after every task, so that its threads never work at the same time as the simulation's.
 */
final class Machine {
    private static final int OVERTAKEN_AT_MOST = 4;
    private static final long POOL_LIMIT_SECONDS = 30;

    private final List<Runnable> tasks = new ArrayList<>();
    private final List<Runnable> arrivals = new ArrayList<>();
    private final List<ActorRef<? super ClusterEvent.MemberEvent>> members = new ArrayList<>();
    private final ActorSystem<NodeHost.Start> system;
    private final SimulatedScheduler scheduler;
    private final Thread only = Thread.currentThread();
    private boolean strayed;
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
                                """).withFallback(ConfigFactory.load())),
                Optional.of(ExecutionContext.fromExecutor(list)));
        ClusterSetup cluster = new ClusterSetup(started -> new StubbedCluster(started, this::subscribed));
        this.system = ActorSystem.create(NodeHost.starter(), name, ActorSystemSetup.create(threads, cluster));
        this.scheduler = (SimulatedScheduler) Adapter.toClassic(system).scheduler();
        started = true;
    }

    /** Pekko waits for its own first actors. */
    private synchronized void execute(Runnable task) {
        if (Thread.currentThread() != only && !(Thread.currentThread() instanceof ForkJoinWorkerThread)) {
            strayed = true;
        } else if (Thread.currentThread() != only) {
            arrivals.add(task);
        } else if (started) {
            tasks.add(task);
        } else {
            task.run();
        }
    }

    /** Has the common pool finish what it was given. */
    static void awaitCommonPool() {
        if (!ForkJoinPool.commonPool().awaitQuiescence(POOL_LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the common pool was busy for " + POOL_LIMIT_SECONDS + " s");
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

    synchronized boolean isIdle() {
        takeArrivals();
        return tasks.isEmpty();
    }

    /** Any of the first few tasks, as threads would take them; each actor's messages keep their order in any case. */
    void runOne(Luck luck) {
        take(luck).run();
        awaitCommonPool();
    }

    private synchronized Runnable take(Luck luck) {
        takeArrivals();
        return tasks.remove(luck.below(Math.min(tasks.size(), OVERTAKEN_AT_MOST)));
    }

    /** What came by way of the common pool is behind what was there, however quick it was. */
    private void takeArrivals() {
        tasks.addAll(arrivals);
        arrivals.clear();
    }

    private synchronized @Nullable Runnable first() {
        takeArrivals();
        return tasks.isEmpty() ? null : tasks.remove(0);
    }

    /** In order, until there are none. */
    void runAll() {
        for (Runnable task = first(); task != null; task = first()) {
            task.run();
            awaitCommonPool();
        }
    }

    /** Whether another thread wanted something done here: then a schedule cannot be repeated. */
    synchronized boolean hasStrayed() {
        return strayed;
    }

    void end() {
        system.terminate();
        runAll();
    }
}
