package io.outboxrelay.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/** Three machines for one schedule after the other, which meanwhile log nothing. */
final class Machines implements AutoCloseable {
    private final Map<Logger, Optional<Level>> levels = new HashMap<>();
    private final PoolThread thread = new PoolThread();
    private final List<Machine> machines;

    Machines() {
        for (String name : List.of("io.outboxrelay", "org.apache.pekko")) {
            Logger log = (Logger) LoggerFactory.getLogger(name);
            levels.put(log, Optional.ofNullable(log.getLevel()));
            log.setLevel(Level.OFF);
        }
        machines = thread.call(() -> List.of(new Machine("first"), new Machine("second"), new Machine("third")));
        run(0, Design.RIGHT, false); // what systems do once only is no part of any schedule
    }

    Simulation.Outcome run(long seed, Design design, boolean traced) {
        return thread.call(() -> Simulation.run(seed, design, machines, traced));
    }

    @Override
    public void close() {
        thread.call(() -> {
            machines.forEach(Machine::end);
            return null;
        });
        thread.close();
        levels.forEach((log, before) -> log.setLevel(before.orElse(null)));
    }
}
