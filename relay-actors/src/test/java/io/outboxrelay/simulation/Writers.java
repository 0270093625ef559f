package io.outboxrelay.simulation;

import io.outboxrelay.testkit.OpenTransaction;
import java.util.Set;
import java.util.TreeSet;

/** Write rows, some in transactions that stay open for a while; one key is written by one transaction at a time. */
final class Writers {
    private static final int KEYS = 12;

    private final World world;
    private final Set<Integer> locked = new TreeSet<>();
    private boolean over;

    Writers(World world) {
        this.world = world;
        later();
    }

    void stop() {
        over = true;
    }

    private void later() {
        world.timeline().after(world.luck().between(50, 800), () -> {
            if (!over) {
                write();
                later();
            }
        });
    }

    private void write() {
        Luck luck = world.luck();
        OpenTransaction transaction = world.database().table().begin();
        Set<Integer> mine = new TreeSet<>();
        for (int n = 1 + luck.below(5); n > 0; n--) {
            int key = luck.below(KEYS);
            if (mine.contains(key) || locked.add(key)) {
                mine.add(key);
                transaction.append("key " + key, "row");
            }
        }
        long openMillis = luck.percent(20) ? luck.between(10, 3_000) : 0;
        boolean commits = luck.percent(90);
        world.timeline().after(openMillis, () -> end(transaction, mine, commits));
    }

    private void end(OpenTransaction transaction, Set<Integer> keys, boolean commits) {
        locked.removeAll(keys);
        world.trace().note(commits ? "commit" : "rollback", "of keys " + keys);
        if (commits) {
            transaction.commit();
        } else {
            transaction.rollback();
        }
    }
}
