package io.outboxrelay.store.postgres.model;

import io.outboxrelay.model.Claim;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.postgres.model.ModelNode.Lease;
import io.outboxrelay.testkit.Waits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.typed.ActorSystem;
import org.jspecify.annotations.Nullable;

/**
 * The nodes, and who owns which shard as far as the one knows who gives them out. Confined to `thread`.
 */
final class Fleet {
    private static final int NODES = 3;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final ActorSystem<?> system;
    private final OutboxSettings settings;
    private final ModelLog log;
    private final Executor thread;
    private final Random random;
    private final Tally tally;
    private final AtomicBoolean calm = new AtomicBoolean();
    private final List<ModelNode> nodes = new ArrayList<>();
    private final Map<Integer, Lease> leases = new HashMap<>();
    private final Set<Integer> changing = new HashSet<>();
    private final Set<HandOver> handOvers = new HashSet<>();
    private int shards;
    private int crashes;

    /** All that was sent under this claim is settled. */
    record HandOver(int shard, long epoch) {}

    Fleet(ActorSystem<?> system, OutboxSettings settings, ModelLog log, Executor thread, Random random, Tally tally) {
        this.system = system;
        this.settings = settings;
        this.log = log;
        this.thread = thread;
        this.random = random;
        this.tally = tally;
        for (int n = 0; n < NODES; n++) {
            nodes.add(new ModelNode(system, settings));
        }
        this.shards = Waits.get(nodes.get(0).shards(), LIMIT); // a restored database has as many as its dump
    }

    /** Gives every shard without an owner to some node. */
    void placeShards() {
        for (int shard = 0; shard < shards; shard++) {
            if (!leases.containsKey(shard)) {
                claim(shard, anyNode());
            }
        }
    }

    /** The owner fails where it is; what it had sent and not settled will be sent again. */
    void crashStream() {
        Lease lease = anyLease();
        if (lease != null) {
            tally.count("stream crashes");
            lease.stream().abort(new IllegalStateException("the stream crashed"));
        }
    }

    /** A node and all its streams disappear, a new one comes. */
    void crashNode() {
        tally.count("node crashes");
        ModelNode node = anyNode();
        nodes.set(nodes.indexOf(node), new ModelNode(system, settings));
        leases.values().removeIf(lease -> lease.node() == node);
        node.die();
    }

    /** Somebody else claims the shard; the owner does not know and goes on until it is fenced. */
    void takeOver() {
        Lease lease = anyLease();
        if (lease != null) {
            tally.count("take-overs");
            claim(lease.claim().shard().number(), anyNode());
        }
    }

    /** Drains, releases; the shard is placed anew at the next turn. */
    void handOver() {
        Lease lease = anyLease();
        if (lease == null || !changing.add(lease.claim().shard().number())) {
            return;
        }
        int shard = lease.claim().shard().number();
        int before = crashes;
        lease.node()
                .handOver(lease)
                .whenCompleteAsync(
                        (done, failure) -> {
                            changing.remove(shard);
                            leases.remove(shard, lease);
                            if (failure == null) {
                                tally.count("hand-overs");
                                if (before == crashes) {
                                    handOvers.add(
                                            new HandOver(shard, lease.claim().epoch()));
                                }
                            }
                        },
                        thread);
    }

    void purge() {
        anyNode()
                .purge()
                .thenAccept(emptied -> tally.add("partitions emptied", emptied))
                .exceptionally(failure -> null); // a crash of PostgreSQL or of the node; tried again soon
    }

    /** Deals the slots anew, whoever owns them; owners do not know and go on until they are fenced. */
    void reshard() {
        int wanted = 1 + random.nextInt(2 * settings.shards());
        ModelNode node = anyNode();
        node.reshard(wanted).whenCompleteAsync((count, failure) -> dealt(node, count), thread);
    }

    /** `count` is null when nobody knows whether the slots were dealt before the database or the node went away. */
    private void dealt(ModelNode node, @Nullable Integer count) {
        if (count == null) {
            anyNode().shards().whenCompleteAsync((now, failure) -> dealt(node, now), thread);
            return;
        }
        tally.count("reshards");
        shards = count;
        leases.keySet().removeIf(shard -> shard >= count);
    }

    int shards() {
        return shards;
    }

    private void claim(int shard, ModelNode node) {
        if (changing.add(shard)) {
            node.claim(shard).whenCompleteAsync((claim, failure) -> claimed(shard, node, claim), thread);
        }
    }

    private void claimed(int shard, ModelNode node, @Nullable Claim claim) {
        changing.remove(shard);
        if (claim == null || node.isDead()) {
            return;
        }
        tally.count("claims");
        Random fates = new Random(random.nextLong());
        Lease lease = node.start(claim, owner -> new UnreliablePublisher(log, owner, fates, calm, tally));
        leases.put(shard, lease);
        lease.stream()
                .completion()
                .whenCompleteAsync(
                        (done, failure) -> {
                            node.ended(lease.stream());
                            if (failure != null) {
                                leases.remove(shard, lease);
                            }
                        },
                        thread);
    }

    /** From now on publishers do not fail. */
    void calm() {
        calm.set(true);
    }

    /** Hand-overs before PostgreSQL crashed prove nothing: positions are written without waiting for the disk. */
    void forgetHandOvers() {
        crashes++; // one that is under way was perhaps settled before
        handOvers.clear();
    }

    Set<HandOver> handOvers() {
        return Set.copyOf(handOvers);
    }

    List<Lease> leases() {
        return List.copyOf(leases.values());
    }

    @Override
    public String toString() {
        return shards + " shards, owned " + leases.keySet() + ", changing hands " + changing;
    }

    void close() {
        nodes.forEach(ModelNode::die);
    }

    private ModelNode anyNode() {
        return nodes.get(random.nextInt(nodes.size()));
    }

    private @Nullable Lease anyLease() {
        List<Lease> all = leases();
        return all.isEmpty() ? null : all.get(random.nextInt(all.size()));
    }
}
