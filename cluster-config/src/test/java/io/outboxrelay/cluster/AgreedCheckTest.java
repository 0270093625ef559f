package io.outboxrelay.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import io.outboxrelay.settings.RelaySettings;
import org.apache.pekko.cluster.ConfigValidation;
import org.apache.pekko.cluster.Invalid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import scala.jdk.javaapi.CollectionConverters;

class AgreedCheckTest {
    private static final String PLAIN = """
            outbox-relay {
              database { url = "jdbc:postgresql://db/shop" }, kafka.bootstrap-servers = "k:1"
              outboxes { orders {}, bills { table = bills, acknowledge.mode = delete } }
            }
            """;

    /** As a node's actor system has it. */
    private static Config node(String more) {
        Config raw = ConfigFactory.parseString(PLAIN + "\noutbox-relay {\n" + more + "\n}");
        return PekkoConfiguration.of(RelaySettings.from(raw), raw);
    }

    /** What Pekko lets another node know of it. */
    private static Config sent(Config node) {
        return node.withOnlyPath("outbox-relay.agreed").withFallback(node.withOnlyPath("outbox-relay.node"));
    }

    private static String refusal(Config joining, Config member) {
        ConfigValidation answer = new AgreedCheck().check(sent(member), joining);
        return answer instanceof Invalid invalid
                ? String.join("; ", CollectionConverters.asJava(invalid.errorMessages()))
                : "";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "database.url = \"jdbc:postgresql://db/stock\" | database is jdbc:postgresql://db:5432/stock on the node",
                "outboxes.orders.database.url = \"jdbc:postgresql://db-2/shop\" | outboxes.orders.database is jdbc:postgresql",
                "outboxes.orders.table = o2 | outboxes.orders.table is o2 on the node that joins and outbox in the cluster",
                "outboxes.orders.acknowledge.mode = mark | outboxes.orders.acknowledge is mark on the node that joins and ring",
                "outboxes.orders.publisher.delivery = exactly-once | outboxes.orders.delivery is exactly-once on the node",
                "outboxes.bills.columns.order = id | outboxes.bills.order is id on the node that joins and seq in the",
            })
    void whatContradictsTheClusterIsNamedWithBothValues(String more, String words) {
        assertThat(refusal(node(more), node(""))).startsWith(words);
    }

    @ParameterizedTest
    @ValueSource(strings = {"slots", "messages"})
    void anotherReleaseThatWorksOtherwiseIsNamed(String key) {
        Config older = node("").withValue("outbox-relay.agreed." + key, ConfigValueFactory.fromAnyRef("former"));
        assertThat(refusal(node(""), older)).startsWith(key + " is ").endsWith(" and former in the cluster");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "outboxes.new { table = new }",
                "outbox-defaults { shards = 3, publisher.max-in-flight = 600, routing.key = id }",
                "kafka { bootstrap-servers = \"k2:1\", properties.acks = all }",
                "cluster { host = other, port = 1, stable-after = 9 s }, management.port = 1",
                "database { url = \"jdbc:postgresql://DB:5432/shop?sslmode=require\", user = u, connections = 20 }",
            })
    void whatMayDifferForAWhileIsNoReason(String more) {
        assertThat(refusal(node(more), node(""))).isEmpty();
        assertThat(refusal(node(""), node(more))).isEmpty();
    }

    @Test
    void aMemberLetsTheNodeThatJoinsSayNo() {
        Config member = node("").withoutPath("outbox-relay.own");
        assertThat(new AgreedCheck().check(sent(node("outboxes.orders.table = o2")), member))
                .isNotInstanceOf(Invalid.class);
    }

    @Test
    void aReleaseThatKnowsNothingOfItIsNoReason() {
        assertThat(refusal(node(""), ConfigFactory.empty())).isEmpty();
        assertThat(refusal(ConfigFactory.empty(), node(""))).isEmpty();
    }

    @Test
    void noSecretIsInIt() {
        Config node = node("""
                database {
                  url = "jdbc:postgresql://me:canary@db/shop?password=canary", user = canary, password = canary
                  properties.sslpassword = canary
                }
                kafka.properties { sasl.jaas.config = canary }
                """);
        assertThat(sent(node).root().render()).contains("db:5432/shop").doesNotContain("canary");
        assertThat(node.getStringList(
                        "pekko.cluster.configuration-compatibility-check.sensitive-config-paths.outbox-relay"))
                .containsExactly("outbox-relay.own");
    }

    @Test
    void serversCountWhateverTheirOrder() {
        Config node = node("outboxes.orders.database.url = \"jdbc:postgresql://b,A:1,[::1]/shop\"");
        assertThat(node.getString("outbox-relay.agreed.outboxes.orders.database"))
                .isEqualTo("jdbc:postgresql://[::1]:5432,a:1,b:5432/shop");
    }
}
