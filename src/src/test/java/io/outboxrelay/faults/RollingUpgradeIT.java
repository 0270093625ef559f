package io.outboxrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.demo.Audit;
import io.outboxrelay.demo.Audit.Judgement;
import io.outboxrelay.demo.Fleet;
import io.outboxrelay.sandbox.SandboxKafka;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * From an earlier build to this one while writers never pause, and what an operator wanted before counts after.
 * `-Dupgrade.previous` is the folder `src/target` of the earlier build.
 */
class RollingUpgradeIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int NODES = 3;
    private static final int SHARDS = 6;
    private static final int EVENTS_PER_SECOND = 200;
    private static final String PAUSE = "/outbox/orders/shards/%d/%s?by=ann";

    @TempDir
    static Path folder;

    @Test
    void nodesOfTwoBuildsRelayTogether() throws Exception {
        Fleet.Build previous = previous();
        try (Audit audit = Audit.openEmpty(folder);
                SandboxKafka kafka = SandboxKafka.start(folder)) {
            kafka.createTopic(Audit.TOPIC, 5);
            previous.migrate(audit, kafka.bootstrapServers(), folder);
            try (Fleet fleet = Fleet.start(audit, kafka.bootstrapServers(), folder, NODES, SHARDS, previous)) {
                audit.startWriting(EVENTS_PER_SECOND);
                audit.startReading(kafka.bootstrapServers());
                audit.awaitMoreWritten(EVENTS_PER_SECOND, LIMIT);
                fleet.post(1, PAUSE.formatted(4, "pause"));
                fleet.awaitResting(Set.of(4));
                audit.migrate();
                audit.awaitMoreWritten(EVENTS_PER_SECOND, LIMIT);
                for (int node = 1; node <= NODES; node++) {
                    upgrade(fleet, node);
                    fleet.awaitResting(Set.of(4));
                    fleet.post(node, PAUSE.formatted(node, "pause"));
                    fleet.awaitResting(Set.of(4, node));
                    fleet.post(1 + node % NODES, PAUSE.formatted(node, "resume"));
                    fleet.awaitResting(Set.of(4));
                    audit.awaitMoreWritten(EVENTS_PER_SECOND, LIMIT);
                }
                fleet.post(1, PAUSE.formatted(4, "resume"));
                fleet.awaitSpread();
                audit.stopWriting();
                audit.awaitArrival(kafka.bootstrapServers(), LIMIT);
            }
            Judgement found = audit.judge(kafka.bootstrapServers());
            System.out.println("RollingUpgradeIT: " + found);
            assertThat(found.clean()).as("%s", found).isTrue();
            assertThat(found.duplicates()).as("nodes left in order").isZero();
        }
    }

    private static void upgrade(Fleet fleet, int node) throws Exception {
        fleet.signal(node, "TERM");
        assertThat(fleet.awaitExit(node)).isZero();
        fleet.launchAs(node);
        fleet.start(node);
        fleet.awaitReady(node);
    }

    private static Fleet.Build previous() {
        String property = System.getProperty("upgrade.previous", "");
        Path target = Path.of(property);
        assertThat(!property.isEmpty() && Files.isReadable(target.resolve("outbox-relay.jar")))
                .as("-Dupgrade.previous='%s' names the folder of an earlier outbox-relay.jar", property)
                .isTrue();
        return new Fleet.Build(target);
    }
}
