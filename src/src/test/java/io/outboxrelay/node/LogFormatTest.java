package io.outboxrelay.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.status.Status;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

/** The nodes' own logback.xml, in both of its formats. */
class LogFormatTest {
    private static final String NAME = "io.outboxrelay.shard.ShardActor";

    private static String line(Map<String, String> environment) throws Exception {
        LoggerContext context = new LoggerContext();
        environment.forEach(context::putProperty);
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(Objects.requireNonNull(LogFormatTest.class.getResource("/logback.xml")));
        assertThat(context.getStatusManager().getCopyOfStatusList())
                .as("what would be printed at every start")
                .noneMatch(status -> status.getEffectiveLevel() > Status.INFO);
        ConsoleAppender<ILoggingEvent> appender =
                (ConsoleAppender<ILoggingEvent>) context.getLogger(Logger.ROOT_LOGGER_NAME)
                        .iteratorForAppenders()
                        .next();
        LoggingEvent event = new LoggingEvent(
                NAME, context.getLogger(NAME), Level.INFO, "{} -> {}", null, new Object[] {"relaying", "draining"});
        event.setMDCPropertyMap(Map.of("shard", "orders/3", "epoch", "7"));
        event.addKeyValuePair(new KeyValuePair("took_ms", 12));
        return new String(appender.getEncoder().encode(event), UTF_8);
    }

    @Test
    void oneLineForPeopleUnlessAskedOtherwise() throws Exception {
        assertThat(line(Map.of()))
                .endsWith("INFO  ShardActor relaying -> draining took_ms=12 shard=orders/3 epoch=7 " + "\n");
    }

    @Test
    void oneJsonObjectPerLineForMachines() throws Exception {
        String line = line(Map.of("RELAY_LOG_FORMAT", "json"));
        assertThat(line.lines()).hasSize(1);
        JsonNode json = new ObjectMapper().readTree(line);
        assertThat(json.get("level").textValue()).isEqualTo("INFO");
        assertThat(json.get("loggerName").textValue()).isEqualTo(NAME);
        assertThat(json.get("formattedMessage").textValue()).isEqualTo("relaying -> draining");
        assertThat(json.get("mdc").get("shard").textValue()).isEqualTo("orders/3");
        assertThat(json.get("kvpList").get(0).get("took_ms").asText()).isEqualTo("12");
        assertThat(json.get("timestamp").isNumber()).isTrue();
    }
}
