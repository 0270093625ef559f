package io.outboxrelay.forming;

import io.outboxrelay.settings.LoadedConfig;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.typed.Cluster;
import org.awaitility.Awaitility;

/** A process that joins a cluster with the file it is given, says so once there are two members, and waits to be killed. */
final class PodMain {
    static final String UP = "two members are up";

    private PodMain() {}

    public static void main(String[] arguments) throws Exception {
        Nodes nodes = new Nodes("");
        nodes.start(LoadedConfig.load(Path.of(arguments[0]))).get(120, TimeUnit.SECONDS);
        ActorSystem<Void> system = nodes.system(0);
        Awaitility.await()
                .atMost(120, TimeUnit.SECONDS)
                .until(() -> Cluster.get(system).state().members().size() == 2);
        System.out.println(UP);
        system.getWhenTerminated().toCompletableFuture().join();
    }
}
