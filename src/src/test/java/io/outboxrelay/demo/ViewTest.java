package io.outboxrelay.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ViewTest {
    private static final Snapshot NOW = snapshot(List.of("0:10  kill -9 of node 2"), 0);

    static Snapshot snapshot(List<String> happenings, long outOfOrder) {
        URI url = URI.create("http://127.0.0.1:7001/outbox/orders/shards");
        return new Snapshot(
                Duration.ofSeconds(72),
                "writing",
                new OrderService.Counts(21_034, 2_311),
                499.6,
                new Checker.Findings(21_030, 21_020, 10, 0, 0, 0, outOfOrder),
                502,
                new Latencies.Summary(5_000, 3_210, 18_400, 6_200_000),
                List.of(
                        new Snapshot.Node(
                                1, NodeProcess.Life.UP, true, 4711, "127.0.0.1:7101", List.of(0, 1, 2, 3, 5), url),
                        new Snapshot.Node(2, NodeProcess.Life.KILLED, false, 4712, "127.0.0.1:7102", List.of(), url)),
                happenings);
    }

    @Test
    void theLiveViewShowsFiguresNodesAndWhatHappened() {
        assertThat(new LiveLines(Paint.PLAIN).of(NOW))
                .anySatisfy(line -> assertThat(line).contains("outbox-relay demo", "1:12", "writing"))
                .anySatisfy(line -> assertThat(line).contains("written", "23,345", "rolled back", "2,311"))
                .anySatisfy(line -> assertThat(line).contains("committed", "21,034", "500/s", "waiting", "14"))
                .anySatisfy(line -> assertThat(line).contains("consumed", "21,030", "502/s", "repeated", "10"))
                .anySatisfy(line -> assertThat(line).contains("3.2 ms p50", "18 ms p99"))
                .anySatisfy(line -> assertThat(line)
                        .contains(
                                "node 1", "up", "4711", "shards 0-3, 5", "http://127.0.0.1:7001/outbox/orders/shards"))
                .anySatisfy(line -> assertThat(line).contains("node 2", "killed", "no shards"))
                .anySatisfy(line -> assertThat(line).contains("kill -9 of node 2"));
    }

    @Test
    void plainTextHasNoEscapeSequence() {
        assertThat(String.join("", new LiveLines(Paint.PLAIN).of(NOW))).doesNotContain("\u001b");
        assertThat(String.join("", new LiveLines(Paint.COLOUR).of(NOW))).contains("\u001b[32m");
    }

    @Test
    void whatIsWrongIsRed() {
        assertThat(String.join("", new LiveLines(Paint.COLOUR).of(snapshot(List.of(), 3))))
                .contains("\u001b[1;31m3 out of order");
    }

    @Test
    void theHeightDoesNotGrowWithWhatHappened() {
        List<String> many = List.of("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12");
        List<String> lines = new LiveLines(Paint.PLAIN).of(snapshot(many, 0));
        assertThat(lines).contains(" 12", " 7").doesNotContain(" 6").hasSizeLessThan(24);
    }

    @Test
    void aRedrawOverwritesAndNeverClearsTheScreen() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        LiveScreen screen = new LiveScreen(new PrintStream(bytes, true, StandardCharsets.UTF_8), Paint.PLAIN);
        screen.show(NOW);
        int height = new LiveLines(Paint.PLAIN).of(NOW).size();
        bytes.reset();
        screen.show(NOW);
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .contains("\u001b[" + height + "A")
                .doesNotContain("\u001b[2J");
    }

    @Test
    void thePlainLineHasEveryFigure() {
        assertThat(PlainScreen.line(NOW))
                .isEqualTo("1:12  written 23345  committed 21034  rolled back 2311  consumed 21030  rate 502/s"
                        + "  p50 3.2 ms  p99 18 ms  waiting 14  repeated 10");
    }

    @Test
    void shardNumbersBecomeRanges() {
        assertThat(ShardRanges.of(List.of())).isEmpty();
        assertThat(ShardRanges.of(List.of(4))).isEqualTo("4");
        assertThat(ShardRanges.of(List.of(0, 1, 2, 5, 7, 8))).isEqualTo("0-2, 5, 7-8");
    }

    @Test
    void ratesCoverTheLastSeconds() {
        RateMeter rate = new RateMeter();
        assertThat(rate.perSecond(0, 100)).isZero();
        assertThat(rate.perSecond(1_000_000_000L, 600)).isEqualTo(500);
        for (int second = 2; second <= 20; second++) {
            rate.perSecond(second * 1_000_000_000L, 600 + second);
        }
        assertThat(rate.perSecond(21_000_000_000L, 621)).isEqualTo(1);
    }
}
