package io.outboxrelay.simulation;

import io.outboxrelay.store.OutboxAdmin;
import io.outboxrelay.store.ParkedDetail;
import io.outboxrelay.store.ParkedEdit;
import io.outboxrelay.store.ParkedRow;
import io.outboxrelay.store.PurgeReport;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** What the coordinator of one node does in the database. */
final class NodeAdmin implements OutboxAdmin {
    private final World world;
    private final DatabaseLink link;

    NodeAdmin(World world, SimulatedNode node) {
        this.world = world;
        this.link = new DatabaseLink(world, node);
    }

    @Override
    public CompletionStage<Integer> shards(int whenNew) {
        return link.call("shards", () -> world.database().table().shards(whenNew));
    }

    @Override
    public CompletionStage<Integer> countShards() {
        return link.call("count shards", () -> world.database().table().countShards());
    }

    @Override
    public CompletionStage<Done> reshard(int count) {
        return link.call(
                "reshard to " + count,
                () -> world.database().table().reshard(count).thenApply(done -> {
                    world.judge().dealt(count);
                    return done;
                }));
    }

    @Override
    public CompletionStage<Boolean> isPrimary() {
        throw new UnsupportedOperationException("nobody looks in a simulation");
    }

    @Override
    public CompletionStage<PurgeReport> purge() {
        return link.call("purge", () -> world.database().table().purge());
    }

    @Override
    public CompletionStage<Map<String, Integer>> decide(Decision decision, List<String> events) {
        throw new UnsupportedOperationException("no simulated row is refused");
    }

    @Override
    public CompletionStage<List<ParkedRow>> parkedRows(String after, int limit) {
        throw new UnsupportedOperationException("no simulated row is refused");
    }

    @Override
    public CompletionStage<Optional<ParkedDetail>> parkedRow(String event) {
        throw new UnsupportedOperationException("no simulated row is refused");
    }

    @Override
    public CompletionStage<ParkedEdit.Result> edit(String event, ParkedEdit edit) {
        throw new UnsupportedOperationException("no simulated row is refused");
    }
}
