package io.outboxrelay.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.settings.LoadedConfig;
import io.outboxrelay.settings.SettingsException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What a node says when it cannot start, or cannot relay yet: one line that names the cause. */
class NodeRefusalIT extends ShopScene {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Test
    void aMissingTableIsNamedAndWhatToDo() throws Exception {
        String empty = shop.postgres.createDatabase("empty");
        Path config = shop.config("outbox-relay.database.url = \"" + empty + "\"");
        assertThatThrownBy(() -> Node.run(config))
                .isInstanceOfSatisfying(
                        RelayException.class, e -> assertThat(e.fault()).isEqualTo(Fault.MISCONFIGURED))
                .hasMessageContaining("outbox_progress")
                .hasMessageContaining("relay migrate");
    }

    @Test
    void aWrongUserIsNamed() throws Exception {
        Path config = shop.config("outbox-relay.database { user = nobody, password = canary-4711 }");
        assertThatThrownBy(() -> Node.run(config))
                .isInstanceOfSatisfying(
                        RelayException.class, e -> assertThat(e.fault()).isEqualTo(Fault.MISCONFIGURED))
                .hasMessageContaining("nobody")
                .hasMessageNotContaining("canary-4711");
    }

    @Test
    void aMisspeltKeyIsNamed() throws Exception {
        Path config = shop.config("outbox-relay.kafka.bootstrap-server = \"x:1\"");
        assertThatThrownBy(() -> Node.run(config))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("outbox-relay.kafka.bootstrap-server")
                .hasMessageContaining("bootstrap-servers");
    }

    @Test
    void aNodeThatContradictsTheClusterIsToldWhy() throws Exception {
        LoadedConfig config = LoadedConfig.load(shop.config());
        shop.migrate(config);
        Node member = Node.start(config);
        Path other = shop.config("outbox-relay.outboxes.orders.publisher.delivery = exactly-once");
        assertThatThrownBy(() -> Node.run(other))
                .isInstanceOf(NodeRefused.class)
                .hasMessageContaining("outboxes.orders.delivery is exactly-once on the node that joins")
                .hasMessageContaining("and at-least-once in the cluster");
        member.stop().toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void kafkaThatCannotBeReachedIsNamedWhileTheNodeKeepsTrying() throws Exception {
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        Logger logger = (Logger) LoggerFactory.getLogger(Retrying.class);
        logger.addAppender(lines);
        LoadedConfig config = LoadedConfig.load(shop.config("outbox-relay.kafka.bootstrap-servers = \"127.0.0.1:1\""));
        shop.migrate(config);
        Node node = Node.start(config);
        await().atMost(LIMIT)
                .until(() -> List.copyOf(lines.list).stream()
                        .anyMatch(line -> line.getFormattedMessage().contains("Kafka at 127.0.0.1:1")));
        node.stop().toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        logger.detachAppender(lines);
    }
}
