package io.outboxrelay.demo;

import static org.awaitility.Awaitility.await;

import io.outboxrelay.sandbox.RolesDocument;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionTimeoutException;

/** The demo's node processes for tests: killed, stopped and awakened one by one, and looked at from outside. */
public final class Fleet implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final NodeProcesses nodes;
    private final ClusterView view;
    private final int shards;

    private Fleet(NodeProcesses nodes, int shards) {
        this.nodes = nodes;
        this.shards = shards;
        this.view = new ClusterView(nodes).start();
    }

    /** Another build of the relay than this one, as `mvn package` leaves it. */
    public record Build(Path target) {
        private NodeProcess.Launch launch() {
            return new NodeProcess.Launch(
                    target.resolve("outbox-relay.jar") + ":" + target.resolve("lib/*"), List.of(), Map.of());
        }

        /** Has it create or upgrade the tables. */
        public void migrate(Audit audit, String bootstrapServers, Path folder) throws Exception {
            NodeConfig config =
                    new NodeConfig(audit.url(), RolesDocument.OWNER, RolesDocument.OWNER, bootstrapServers, 1, 1, 1);
            Path file = Files.writeString(
                    folder.resolve("migrate.conf"),
                    config.hocon().replace(NodeConfig.AUTH, "").replace("allow-writes = true", "allow-writes = false"));
            Process migrate = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            launch().classPath(),
                            "io.outboxrelay.cli.Main",
                            "migrate",
                            "--config",
                            file.toString())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(migrate.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (migrate.waitFor() != 0) {
                throw new AssertionError("migrate of " + target + ": " + said);
            }
            audit.grant();
        }
    }

    /** What is added to a node's configuration. */
    public interface Lines {
        List<String> of(int number, int clusterPort) throws IOException;
    }

    /**
     * Starts nodes, numbered from 1, and waits until each owns shards.
     *
     * @param lines added to every node's configuration; `%d` is its number
     */
    public static Fleet start(
            Audit audit, String bootstrapServers, Path folder, int count, int shards, List<String> lines)
            throws IOException {
        Lines numbered = (number, clusterPort) -> lines.stream()
                .map(line -> line.replace("%d", Integer.toString(number)))
                .toList();
        return start(audit, bootstrapServers, folder, count, count, shards, numbered);
    }

    /** The same of `count` nodes out of `configured`, with different lines for each; the others may be started later. */
    public static Fleet start(
            Audit audit, String bootstrapServers, Path folder, int count, int configured, int shards, Lines lines)
            throws IOException {
        return configure(audit, bootstrapServers, folder, configured, shards, lines)
                .startFirst(count);
    }

    /** The same of nodes of another build. */
    public static Fleet start(Audit audit, String bootstrapServers, Path folder, int count, int shards, Build build)
            throws IOException {
        Fleet fleet = configure(audit, bootstrapServers, folder, count, shards, (number, port) -> List.of());
        for (NodeProcess node : fleet.nodes.all()) {
            node.launchAs(build.launch());
            Path file = folder.resolve("node-" + node.number() + ".conf");
            // it may know of no credentials; nodes of this build have them from the environment
            Files.writeString(file, Files.readString(file).replace(NodeConfig.AUTH, ""));
        }
        return fleet.startFirst(count);
    }

    private static Fleet configure(
            Audit audit, String bootstrapServers, Path folder, int configured, int shards, Lines lines)
            throws IOException {
        int[] ports = NodeProcesses.freePorts(2 * configured);
        List<NodeProcess> nodes = new ArrayList<>();
        for (int n = 0; n < configured; n++) {
            NodeConfig config = new NodeConfig(
                    audit.url(), audit.user(), audit.user(), bootstrapServers, shards, ports[2 * n], ports[2 * n + 1]);
            nodes.add(new NodeProcess(n + 1, config, folder));
            String further = String.join("\n", lines.of(n + 1, ports[2 * n]));
            Files.writeString(folder.resolve("node-" + (n + 1) + ".conf"), further, StandardOpenOption.APPEND);
        }
        return new Fleet(NodeProcesses.of(nodes), shards);
    }

    private Fleet startFirst(int count) throws IOException {
        try {
            for (int number = 1; number <= count; number++) {
                start(number);
            }
            awaitSpread();
            return this;
        } catch (RuntimeException | Error | IOException e) {
            close();
            throw e;
        }
    }

    private NodeProcess node(int number) {
        return nodes.all().get(number - 1);
    }

    /** Waits until every shard relays and every node that runs has some. */
    public void awaitSpread() {
        long since = System.nanoTime();
        awaitState(
                since,
                "all nodes own shards",
                () -> view.state().spreadOver(nodes.running().size(), shards));
    }

    /** Waits until all shards relay, none of them on this node. */
    public void awaitTakenFrom(int number) {
        long since = System.nanoTime();
        awaitState(
                since,
                "others own the shards of node " + number,
                () -> view.state().allRelaying(shards)
                        && view.state().ownedBy(node(number).address()).isEmpty());
    }

    /** Waits until all shards relay on nodes that run; false once no node runs any more. */
    public boolean awaitRelayedByTheLiving() {
        long since = System.nanoTime();
        awaitState(
                since,
                "the nodes that run own all shards",
                () -> view.state().allRelaying(shards)
                        && addressesUp().containsAll(view.state().owners()),
                () -> nodes.running().isEmpty());
        return !nodes.running().isEmpty();
    }

    private Set<String> addressesUp() {
        return nodes.running().stream().map(NodeProcess::address).collect(Collectors.toSet());
    }

    private void awaitState(long since, String what, Callable<Boolean> condition) {
        awaitState(since, what, condition, () -> false);
    }

    private void awaitState(long since, String what, Callable<Boolean> condition, Callable<Boolean> end) {
        try {
            await(what)
                    .atMost(LIMIT)
                    .until(() -> end.call() || (view.state().askedNanos() - since > 0 && condition.call()));
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    view.state().trouble() + "; last words of node 1: " + DemoFolder.tail(node(1).log(), 10), e);
        }
    }

    /** Numbers of the nodes that run, and are not frozen. */
    public List<Integer> running() {
        return nodes.running().stream().map(NodeProcess::number).toList();
    }

    /** Waits until a node says that it is ready. */
    public void awaitReady(int number) {
        long since = System.nanoTime();
        awaitState(
                since,
                "node " + number + " is ready",
                () -> view.state().readyNodes().contains(number));
    }

    /** Waits until some node has ended. */
    public void awaitSomeExit() {
        int running = running().size();
        await("some node ends").atMost(LIMIT).until(() -> running().size() < running);
    }

    /** Waits until a node has ended by itself or by a signal; its exit code. */
    public int awaitExit(int number) {
        try {
            await("node " + number + " ends")
                    .atMost(LIMIT)
                    .until(() -> node(number).exitCode().isPresent());
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "last words of node " + number + ": "
                            + DemoFolder.tail(node(number).log(), 20),
                    e);
        }
        return node(number).exitCode().orElseThrow();
    }

    /** The node that has been a member for longest: the coordinators live there. */
    public int oldest() {
        String oldest = view.oldest();
        return nodes.running().stream()
                .filter(node -> oldest.endsWith("@" + node.address()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the oldest member is said to be '" + oldest + "'"))
                .number();
    }

    /** Whoever shows it to a node may change something. */
    public String token() {
        return NodeConfig.TOKEN;
    }

    /** Something that a node serves over management HTTP. */
    public URI url(int number, String path) {
        return node(number).url(path);
    }

    /** What a node answers over management HTTP. */
    public HttpResponse<String> get(int number, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(url(number, path)).build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** Asks a node over management HTTP to leave; it says so before it does. */
    public void drain(int number) throws IOException, InterruptedException {
        post(number, "/node/drain?by=test");
    }

    /** Over management HTTP of a node, which must agree. */
    public void post(int number, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(node(number).url(path))
                .POST(HttpRequest.BodyPublishers.noBody())
                .header("Authorization", "Bearer " + NodeConfig.TOKEN)
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new AssertionError("node " + number + " answered " + answer.statusCode() + ": " + answer.body());
        }
    }

    /** Waits until just these shards do not relay. */
    public void awaitResting(Set<Integer> numbers) {
        long since = System.nanoTime();
        awaitState(
                since,
                "shards " + numbers + " rest",
                () -> view.state().shards().size() == shards
                        && view.state().shards().stream()
                                .allMatch(shard -> shard.relaying() != numbers.contains(shard.shard())));
    }

    /** From its next start on the node is one of that build. */
    public void launchAs(int number, Build build) {
        node(number).launchAs(build.launch());
    }

    /** From its next start on the node is one of this build, with further options for java. */
    public void launchAs(int number, String... javaOptions) {
        launchAs(number, List.of(javaOptions), Map.of());
    }

    /** The same with something added to its environment. */
    public void launchAs(int number, List<String> javaOptions, Map<String, String> environment) {
        node(number)
                .launchAs(new NodeProcess.Launch(NodeProcess.Launch.SAME_BUILD.classPath(), javaOptions, environment));
    }

    /** The time of day by a node's own clock, to the second. */
    public Instant clock(int number) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(node(number).url("/alive")).build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.discarding())
                .headers()
                .firstValue("Date")
                .map(date -> Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date)))
                .orElseThrow();
    }

    /** What shards say that keeps rows back. */
    public String trouble() {
        return view.state().trouble();
    }

    /** As the cluster names the node. */
    public String address(int number) {
        return node(number).address();
    }

    /** How many shards a node owns, as far as is known. */
    public int owned(int number) {
        return view.state().ownedBy(node(number).address()).size();
    }

    /** Of the process as it runs now; 0 if it does not. */
    public long pid(int number) {
        return node(number).life() == NodeProcess.Life.UP ? node(number).pid() : 0;
    }

    public void kill(int number) {
        node(number).kill();
    }

    /** Waits until a node has died by itself, which then counts as killed. */
    public void awaitDeath(int number) {
        await("node " + number + " dies").atMost(LIMIT).until(() -> node(number).life() != NodeProcess.Life.UP);
        node(number).kill();
    }

    public void start(int number) throws IOException {
        node(number).start();
    }

    /** SIGSTOP, SIGCONT or SIGTERM. */
    public void signal(int number, String signal) throws IOException, InterruptedException {
        node(number).signal(signal);
    }

    /** What a node wrote to its log. */
    public String log(int number) throws IOException {
        return Files.readString(node(number).log());
    }

    @Override
    public void close() {
        view.close();
        nodes.close();
    }
}
