package io.outboxrelay.publish.lane;

import static io.outboxrelay.publish.lane.LaneKit.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.ShardId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.pekko.Done;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Two owners take the shards from each other again and again, and each earlier lane dies at a random point: killed,
 * stalled within a transaction and woken later, or just left running. Events are `shard:number`, in order per key.
 */
class LaneCrashIT {
    private static final int SHARDS = 3;
    private static final int ROUNDS = Integer.getInteger("lanes.rounds", 20);
    private static final int EVENTS = 12 * ROUNDS;
    private static LaneKit kit;

    @BeforeAll
    static void start() {
        kit = new LaneKit(Map.of("num.partitions", "2"));
    }

    @AfterAll
    static void stop() {
        kit.close();
    }

    /** What a database would hold: the settled position of each shard, and the lane that may be ahead of it. */
    private static final class Ledger {
        final Map<ShardId, Integer> settled = new ConcurrentHashMap<>();
        final AtomicReference<TransactionLane> lane = new AtomicReference<>();
    }

    /** Dies, or stalls, when it has come past a point so and so many times. */
    private static final class Fate implements LaneHook {
        private final Gate gate = new Gate(Point.SENT);
        private final Point where;
        private final boolean stalls;
        private int left;

        Fate(Random random) {
            where = Point.values()[random.nextInt(Point.values().length)];
            stalls = random.nextInt(3) == 0;
            left = 1 + random.nextInt(6);
        }

        @Override
        public void at(Point point) {
            if (stalls) {
                if (point == Point.SENT && --left == 0) {
                    gate.shut();
                }
                gate.at(point);
            } else if (point == where && --left == 0) {
                throw new IllegalStateException("crash at " + point);
            }
        }
    }

    @Test
    void eachEventIsReadOnceAndInOrderHoweverOwnersDie() throws Exception {
        long seed = Long.getLong("lanes.seed", System.nanoTime());
        System.out.println("LaneCrashIT seed " + seed);
        LaneSettings settings = LaneKit.with(kit.settings("crash"), 8, Duration.ZERO, Duration.ofSeconds(30));
        for (int s = 0; s < SHARDS; s++) {
            kit.kafka.createTopic("crash-" + s, 2);
        }
        Random random = new Random(seed);
        Ledger ledger = new Ledger();
        List<Fate> fates = new ArrayList<>();
        for (int epoch = 1; epoch <= ROUNDS; epoch++) {
            Fate fate = new Fate(random);
            fates.add(fate);
            own(settings, ledger, epoch, fate, fates.get(random.nextInt(fates.size())), random);
        }
        fates.forEach(fate -> fate.gate.open());
        for (int s = 0; s < SHARDS; s++) {
            check(seed, s);
        }
    }

    /** In this order: fence, the position that the lane carried, the position in the database. */
    private static Map<ShardId, Integer> takenOver(LaneSettings settings, Ledger ledger) throws Exception {
        Map<ShardId, Integer> stand = new HashMap<>();
        TransactionLane before = ledger.lane.get();
        if (before != null) {
            kit.fence(settings, before.id())
                    .orElseThrow()
                    .forEach((shard, carried) -> stand.put(shard, Integer.parseInt(carried.position())));
        }
        ledger.settled.forEach((shard, position) -> stand.merge(shard, position, Math::max));
        ledger.settled.putAll(stand);
        return stand;
    }

    /** One ownership: fence the lane before, read where the shards stand, send on from there until something ends it. */
    private static void own(LaneSettings settings, Ledger ledger, long epoch, Fate fate, Fate awakened, Random random)
            throws Exception {
        boolean last = epoch == ROUNDS;
        Map<ShardId, Integer> stand = takenOver(settings, ledger);
        TransactionLane lane = kit.open(settings, last ? LaneHook.NONE : fate);
        ledger.lane.set(lane);
        List<CompletionStage<Done>> sent = new ArrayList<>();
        for (int s = 0; s < SHARDS; s++) {
            ShardId shard = new ShardId("crash", s);
            int next = stand.getOrDefault(shard, 0);
            int until = last ? EVENTS : Math.min(EVENTS, next + random.nextInt(40));
            while (next < until) {
                int end = Math.min(until, next + 1 + random.nextInt(5));
                sent.add(send(lane, ledger, shard, epoch, next, end, random.nextInt(4) > 0));
                next = end;
            }
        }
        awakened.gate.open();
        int kill = random.nextInt(20);
        for (CompletionStage<Done> each : sent) {
            if (!last && kill-- == 0) {
                lane.kill();
            }
            if (!last && fate.stalls) {
                break;
            }
            try {
                LaneKit.get(each);
            } catch (ExecutionException e) {
                assertThat(RelayException.of(e)).isNotNull();
            }
        }
        if (last) {
            assertThat(sent).allSatisfy(each -> assertThat(each).isCompleted());
            LaneKit.get(lane.close());
        }
    }

    private static CompletionStage<Done> send(
            TransactionLane lane, Ledger ledger, ShardId shard, long epoch, int from, int until, boolean settles) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int n = from; n < until; n++) {
            records.add(
                    new ProducerRecord<>("crash-" + shard.number(), bytes("k" + n % 5), bytes(Integer.toString(n))));
        }
        String position = Integer.toString(until);
        return lane.send(shard, epoch, records, position).thenApply(done -> {
            // as in the database, an owner whose epoch is over settles nothing
            if (settles && ledger.lane.get() == lane) {
                ledger.settled.merge(shard, until, Math::max);
                lane.settled(shard, epoch, position);
            }
            return done;
        });
    }

    private static void check(long seed, int shard) throws Exception {
        Map<String, List<Integer>> seen = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> found : kit.read("crash-" + shard)) {
            seen.computeIfAbsent(new String(found.key(), StandardCharsets.UTF_8), key -> new ArrayList<>())
                    .add(Integer.parseInt(new String(found.value(), StandardCharsets.UTF_8)));
        }
        for (int key = 0; key < 5; key++) {
            List<Integer> expected = new ArrayList<>();
            for (int n = key; n < EVENTS; n += 5) {
                expected.add(n);
            }
            assertThat(seen.get("k" + key))
                    .as("key k%d of shard %d, seed %d", key, shard, seed)
                    .isEqualTo(expected);
        }
    }
}
