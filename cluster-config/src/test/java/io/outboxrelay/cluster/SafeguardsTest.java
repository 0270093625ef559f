package io.outboxrelay.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.outboxrelay.settings.RelaySettings;
import io.outboxrelay.settings.SettingsException;
import io.outboxrelay.settings.TlsSettings;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SafeguardsTest {
    private static final String LEAST = """
            outbox-relay { database.url = "jdbc:postgresql://db/shop", kafka.bootstrap-servers = "k:1", outboxes { o {} } }
            """;
    private static final TlsSettings TLS = new TlsSettings("node.pem", "node.key", "ca.pem", Duration.ofMinutes(1));

    private static List<String> problemsOf(String more) {
        Config raw = ConfigFactory.parseString(LEAST + more);
        RelaySettings settings = RelaySettings.from(raw);
        SettingsException refused =
                catchThrowableOfType(SettingsException.class, () -> PekkoConfiguration.of(settings, raw));
        return refused == null ? List.of() : refused.problems();
    }

    private static List<String> problemsWithTls(String more) {
        Config made = ConfigFactory.load(ConfigFactory.parseString(more)
                .withFallback(ConfigFactory.parseMap(PekkoConfiguration.remoting(TLS)))
                .withFallback(ConfigFactory.parseResources("outbox-relay-pekko.conf")));
        SettingsException refused = catchThrowableOfType(SettingsException.class, () -> Safeguards.check(made, TLS));
        return refused == null ? List.of() : refused.problems();
    }

    @Test
    void whatWeMakeIsLegal() {
        assertThat(problemsOf("")).isEmpty();
        assertThat(problemsWithTls("")).isEmpty();
        assertThatCode(() -> Class.forName(ConfigFactory.parseMap(PekkoConfiguration.remoting(TLS))
                        .getString("pekko.remote.artery.ssl.ssl-engine-provider")))
                .doesNotThrowAnyException();
    }

    @Test
    void javaSerializationIsRefused() {
        assertThat(problemsOf("pekko.actor.allow-java-serialization = on"))
                .singleElement()
                .asString()
                .startsWith("pekko.actor.allow-java-serialization = on: legal off");
    }

    @Test
    void bindingsThatOpenTheDoorAreRefused() {
        assertThat(problemsOf("pekko.actor.serialization-bindings { \"java.lang.Object\" = jackson-json }"))
                .singleElement()
                .asString()
                .contains("\"java.lang.Object\" = jackson-json", Wire.class.getName());
        assertThat(problemsOf("pekko.actor.serialization-bindings { \"io.outboxrelay.cluster.Wire\" = java }"))
                .singleElement()
                .asString()
                .contains("Wire\" = java");
    }

    @Test
    void changesToTheClusterThatAskForNoCredentialsAreRefused() {
        assertThat(problemsOf("pekko.management.http.routes.cluster-management = "
                        + "\"org.apache.pekko.management.cluster.ClusterHttpManagementRouteProvider\""))
                .singleElement()
                .asString()
                .startsWith("pekko.management.http.routes.cluster-management = ")
                .contains("remove nodes");
        assertThat(problemsOf("pekko.management.http.routes.cluster-management = \"\""))
                .isEmpty();
    }

    @Test
    void tlsThatIsSetCannotBeUndoneBesideIt() {
        assertThat(problemsWithTls("pekko.remote.artery.transport = tcp"))
                .containsExactly(
                        "pekko.remote.artery.transport = tcp: legal tls-tcp where outbox-relay.cluster.tls is set");
        assertThat(problemsWithTls("""
                pekko.remote.artery.ssl {
                  ssl-engine-provider = x.Y, rotating-keys-engine.protocol = TLSv1.2
                }
                """)).hasSize(2);
    }
}
