package io.outboxrelay.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigResolveOptions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads every block of `outbox-relay` into its record and gathers all problems on the way. */
final class SettingsReader {
    static final String ROOT = "outbox-relay";

    /** Legal values for what has no default; they only let reading go on and never leave this class. */
    private static final Map<String, String> STAND_INS = Map.of(
            ROOT + ".database.url", "jdbc:postgresql://stand-in/",
            ROOT + ".kafka.bootstrap-servers", "stand-in:1");

    private final Problems problems = new Problems();
    private final Block defaults;
    private final Block root;
    private int standIns;

    SettingsReader(Config config) {
        Config reference = ConfigFactory.defaultReferenceUnresolved()
                .withOnlyPath(ROOT)
                .resolve(ConfigResolveOptions.defaults().setUseSystemEnvironment(false));
        Config standingIn = ConfigFactory.parseMap(STAND_INS).withFallback(reference);
        this.defaults = new Block(ROOT, standingIn.getConfig(ROOT).root());
        this.root = new Block("", config.withFallback(reference).root())
                .child(ROOT, problems)
                .orElseGet(() -> new Block(ROOT, ConfigFactory.empty().root()));
    }

    RelaySettings read() {
        Section relay = new Section(List.of(root), defaults, problems);
        DatabaseSettings database = relay.sub("database").build(SettingsReader::clusterDatabase);
        ClusterSettings cluster = relay.sub("cluster").build(SettingsReader::cluster);
        ManagementSettings management = relay.sub("management").build(SettingsReader::management);
        OtlpSettings otlp = relay.sub("metrics").sub("otlp").build(SettingsReader::otlp);
        Map<String, OutboxSettings> outboxes = outboxes(relay);
        if (outboxes.isEmpty()) {
            // Nobody uses the defaults yet; read them all the same, so that their problems are named at once.
            outbox(relay, "none", List.of());
        }
        Optional<RelaySettings> settings = Optional.empty();
        try {
            settings = Optional.of(new RelaySettings(database, cluster, management, otlp, outboxes));
        } catch (IllegalSettings refused) {
            refused.problems().forEach(relay::add);
        }
        root.reportUnknownKeys(problems);
        problems.orThrow();
        return settings.orElseThrow();
    }

    private Map<String, OutboxSettings> outboxes(Section relay) {
        Map<String, OutboxSettings> outboxes = new TreeMap<>();
        root.child("outboxes", problems).ifPresent(block -> {
            for (String name : block.config().root().keySet()) {
                block.child(name, problems).ifPresent(own -> outboxes.put(name, outbox(relay, name, List.of(own))));
            }
        });
        return outboxes;
    }

    private OutboxSettings outbox(Section relay, String name, List<Block> own) {
        Section ownBlock = new Section(own, defaults, problems);
        Section block = new Section(
                        own, defaults.child("outbox-defaults", problems).orElseThrow(), problems)
                .over(relay.sub("outbox-defaults"));
        Section database = ownBlock.sub("database").over(relay.sub("database"));
        Section kafka = ownBlock.sub("kafka").over(relay.sub("kafka"));
        try {
            return outbox(name, block, database.build(SettingsReader::database), kafka.build(SettingsReader::kafka));
        } catch (IllegalSettings refused) {
            refused.problems().forEach(block::add);
            return standIn();
        }
    }

    /** A legal outbox in place of one that was refused, with a table of its own. */
    private OutboxSettings standIn() {
        Section none = new Section(List.of(), defaults, problems);
        standIns++;
        OutboxSettings legal = outbox(
                "stand-in", none.sub("outbox-defaults"), database(none.sub("database")), kafka(none.sub("kafka")));
        return new OutboxSettings(
                legal.name(),
                "stand_in_" + standIns,
                legal.shards(),
                legal.database(),
                legal.kafka(),
                legal.reader(),
                legal.publisher(),
                legal.acknowledge(),
                legal.columns(),
                legal.routing(),
                legal.purge(),
                legal.onHistoryChange(),
                legal.retry(),
                legal.stuckAfter(),
                legal.drainTimeout());
    }

    private static OutboxSettings outbox(String name, Section block, DatabaseSettings database, KafkaSettings kafka) {
        AcknowledgeSettings acknowledge = block.sub("acknowledge").build(SettingsReader::acknowledge);
        ColumnSettings columns = block.sub("columns").build(SettingsReader::columns);
        Section routing = block.sub("routing");
        RoutingSettings own = routing.build(RoutingReader::read);
        boolean ring = acknowledge.mode() == AcknowledgeSettings.Mode.RING;
        DebeziumRouting.Result routed = routing.build(pasted -> DebeziumRouting.translate(pasted, ring, own, columns));
        return new OutboxSettings(
                name,
                block.text("table"),
                block.integer("shards"),
                database,
                kafka,
                block.sub("reader").build(SettingsReader::reader),
                block.sub("publisher").build(SettingsReader::publisher),
                acknowledge,
                routed.columns(),
                routed.routing(),
                block.sub("purge").build(SettingsReader::purge),
                block.choice("on-history-change", OutboxSettings.HistoryChange.class),
                block.sub("retry").build(SettingsReader::retry),
                block.duration("stuck-after"),
                block.duration("drain-timeout"));
    }

    private static DatabaseSettings database(Section block) {
        return new DatabaseSettings(
                block.text("url"),
                block.text("user"),
                SecretFile.read(block, "password"),
                block.integer("connections"),
                block.duration("connect-timeout"),
                block.duration("socket-timeout"),
                block.properties("properties"));
    }

    /** The node table and the operator journal are PostgreSQL's. */
    private static DatabaseSettings clusterDatabase(Section block) {
        DatabaseSettings database = database(block);
        new Rules()
                .hidden(
                        "url",
                        database.url(),
                        url -> database.kind() == DatabaseKind.POSTGRESQL,
                        "the cluster's own database; legal jdbc:postgresql://host:5432/database")
                .orThrow();
        return database;
    }

    private static KafkaSettings kafka(Section block) {
        return new KafkaSettings(
                block.text("bootstrap-servers"),
                block.choice("compression", KafkaSettings.Compression.class),
                block.properties("properties"));
    }

    private static ReaderSettings reader(Section block) {
        return new ReaderSettings(
                block.duration("tick-min"),
                block.duration("tick-max"),
                block.integer("chunk-rows"),
                block.bytes("chunk-bytes"),
                block.integer("buffer-rows"),
                block.integer("catch-up-connections"),
                block.duration("catch-up-hold"),
                block.flag("flushed-only"),
                block.bytes("max-payload"));
    }

    private static PublisherSettings publisher(Section block) {
        return new PublisherSettings(
                block.choice("delivery", PublisherSettings.Delivery.class),
                block.integer("max-in-flight"),
                block.choice("on-poison", PublisherSettings.OnPoison.class),
                block.text("dead-letter-topic"),
                block.integer("max-parked"),
                block.duration("topic-check-interval"),
                block.text("delivery-header"));
    }

    private static AcknowledgeSettings acknowledge(Section block) {
        return new AcknowledgeSettings(
                block.choice("mode", AcknowledgeSettings.Mode.class),
                block.duration("interval"),
                block.duration("idle-interval"));
    }

    private static ColumnSettings columns(Section block) {
        return new ColumnSettings(
                block.text("id"),
                block.text("aggregatetype"),
                block.text("aggregateid"),
                block.text("type"),
                block.text("payload"),
                block.text("headers"),
                block.text("created-at"),
                block.text("order"),
                block.text("marked"),
                block.text("trace-context"));
    }

    private static PurgeSettings purge(Section block) {
        return new PurgeSettings(block.duration("interval"), block.duration("advance-after"));
    }

    private static RetrySettings retry(Section block) {
        return new RetrySettings(block.duration("backoff-min"), block.duration("backoff-max"));
    }

    private static ClusterSettings cluster(Section block) {
        return new ClusterSettings(
                block.text("host"),
                block.integer("port"),
                block.choice("seeds", ClusterSettings.Seeds.class),
                block.listOrText("seed-nodes"),
                block.duration("stable-after"),
                block.duration("node-expiry"),
                block.duration("wake-interval"),
                block.sub("tls").build(SettingsReader::tls));
    }

    private static TlsSettings tls(Section block) {
        TlsSettings tls = new TlsSettings(
                block.text("certificate"), block.text("key"), block.text("trusted"), block.duration("reload-interval"));
        TlsFiles.check(block, tls);
        return tls;
    }

    private static OtlpSettings otlp(Section block) {
        Map<String, Secret> headers = new TreeMap<>();
        block.properties("headers").forEach((name, value) -> headers.put(name, new Secret(value)));
        return new OtlpSettings(block.text("url"), block.duration("interval"), headers);
    }

    private static ManagementSettings management(Section block) {
        return new ManagementSettings(
                block.text("host"),
                block.integer("port"),
                block.flag("allow-writes"),
                block.sub("auth").build(SettingsReader::credentials),
                block.sub("tls").build(SettingsReader::tls));
    }

    private static ManagementCredentials credentials(Section block) {
        return new ManagementCredentials(
                SecretFile.read(block, "token"), block.text("user"), SecretFile.read(block, "password"));
    }
}
