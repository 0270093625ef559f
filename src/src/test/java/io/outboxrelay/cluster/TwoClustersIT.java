package io.outboxrelay.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.demo.Audit;
import io.outboxrelay.demo.Audit.Judgement;
import io.outboxrelay.demo.Fleet;
import io.outboxrelay.sandbox.SandboxKafka;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two clusters that know nothing of each other relay one outbox, as a wrong list of seeds makes them do. */
class TwoClustersIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int EVENTS_PER_SECOND = 100;
    private static final int SHARDS = 4;
    private static final int WINDOW = 60;

    @TempDir
    static Path folder;

    @Test
    void bothSayWhoTheOtherIsAndNothingIsLostOrReordered() throws Exception {
        judge(Files.createDirectory(folder.resolve("at-least-once")), "at-least-once", WINDOW);
    }

    @Test
    void soDoTwoThatRelayExactlyOnceAndNothingIsRepeated() throws Exception {
        judge(Files.createDirectory(folder.resolve("exactly-once")), "exactly-once", 0);
    }

    private static void judge(Path here, String delivery, int window) throws Exception {
        try (Audit audit = Audit.open(here);
                SandboxKafka kafka = SandboxKafka.start(here)) {
            kafka.createTopic(Audit.TOPIC, 3);
            try (Fleet one = cluster(audit, kafka, here.resolve("one"), delivery)) {
                audit.startWriting(EVENTS_PER_SECOND);
                try (Fleet other = cluster(audit, kafka, here.resolve("other"), delivery)) {
                    await().atMost(LIMIT).until(() -> trouble(one, other) && trouble(other, one));
                }
                long epochs = epochs(audit);
                one.awaitSpread();
                audit.stopWriting();
                audit.awaitArrival(kafka.bootstrapServers(), LIMIT);
                assertThat(epochs(audit))
                        .as("the claims of the shards once there is one cluster again")
                        .isLessThanOrEqualTo(epochs + SHARDS);
            }
            Judgement found = audit.judge(kafka.bootstrapServers());
            assertThat(found.clean()).as("%s", found).isTrue();
            assertThat(found.duplicates()).isLessThanOrEqualTo(epochs(audit) * window);
        }
    }

    private static Fleet cluster(Audit audit, SandboxKafka kafka, Path here, String delivery) throws Exception {
        Files.createDirectory(here);
        return Fleet.start(
                audit,
                kafka.bootstrapServers(),
                here,
                1,
                1,
                SHARDS,
                (node, port) -> List.of(
                        "outbox-relay.cluster { seeds = static, seed-nodes = [\"127.0.0.1:" + port + "\"] }",
                        "outbox-relay.outboxes.orders { reader.chunk-rows = 10, publisher { max-in-flight = " + WINDOW
                                + ", delivery = " + delivery + " } }"));
    }

    private static boolean trouble(Fleet here, Fleet there) {
        return here.trouble().contains("two owners: " + there.address(1));
    }

    private static long epochs(Audit audit) throws SQLException {
        try (Connection connection = audit.connectAsSuperuser();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select sum(epoch) from outbox_progress")) {
            row.next();
            return row.getLong(1);
        }
    }
}
