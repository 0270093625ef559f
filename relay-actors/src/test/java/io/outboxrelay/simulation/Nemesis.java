package io.outboxrelay.simulation;

import java.util.List;

/** Makes trouble until it is told to stop, and always leaves one healthy node. */
final class Nemesis {
    private final World world;
    private final SimulatedCluster cluster;
    private final Operator operator;
    private boolean over;

    Nemesis(World world, SimulatedCluster cluster, Operator operator) {
        this.world = world;
        this.cluster = cluster;
        this.operator = operator;
        later();
    }

    private void later() {
        world.timeline().after(world.luck().between(100, 1_500), () -> {
            if (!over) {
                trouble();
                later();
            }
        });
    }

    /** What is broken is repaired; what it had planned still takes place. */
    void stop() {
        over = true;
        world.luck().calm();
        world.database().repair();
        world.topic().breakDown(0);
    }

    private void trouble() {
        Luck luck = world.luck();
        List<SimulatedNode> healthy = cluster.healthy();
        int choice = luck.below(100);
        if (choice < 30) {
            operator.act();
        } else if (choice < 45) {
            cluster.handOver(Simulation.shard(luck.below(operator.shards())));
        } else if (choice < 53) {
            world.trace().note("database down", "");
            world.database().breakDown(luck.between(100, 6_000));
        } else if (choice < 59) {
            world.trace().note("broker down", "");
            world.topic().breakDown(world.timeline().nowMillis() + luck.between(100, 6_000));
        } else if (choice < 67) {
            cluster.links().cut(luck.oneOf(cluster.members()), luck.oneOf(cluster.members()), luck.between(100, 3_000));
        } else if (healthy.size() > 1) {
            SimulatedNode victim = luck.oneOf(healthy);
            if (choice < 78) {
                cluster.crash(victim);
            } else if (choice < 90) {
                cluster.freeze(victim, luck.between(200, 12_000));
            } else {
                cluster.leave(victim);
            }
        }
    }
}
