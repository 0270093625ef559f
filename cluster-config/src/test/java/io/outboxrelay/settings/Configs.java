package io.outboxrelay.settings;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.typesafe.config.ConfigFactory;
import java.util.List;

/** Configurations for tests: the least that is legal, and more on top. */
final class Configs {
    static final String LEAST = """
            outbox-relay {
              database.url = "jdbc:postgresql://db:5432/shop"
              kafka.bootstrap-servers = "kafka:9092"
              outboxes { orders {} }
            }
            """;

    private Configs() {}

    /** The least, then `more` read below `outbox-relay`. */
    static RelaySettings with(String more) {
        return RelaySettings.from(ConfigFactory.parseString(LEAST + "\noutbox-relay {\n" + more + "\n}")
                .resolve());
    }

    static List<String> problemsWith(String more) {
        SettingsException refused = catchThrowableOfType(SettingsException.class, () -> with(more));
        return refused == null ? List.of() : refused.problems();
    }

    static OutboxSettings orders(String more) {
        return with("outboxes.orders {\n" + more + "\n}").outboxes().get("orders");
    }
}
