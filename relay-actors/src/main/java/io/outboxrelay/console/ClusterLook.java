package io.outboxrelay.console;

import io.outboxrelay.console.Snapshot.Member;
import io.outboxrelay.http.ShardViews;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.relay.RelayExtension;
import io.outboxrelay.relay.RelayHandles;
import io.outboxrelay.shard.ShardStatus;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.ClusterEvent.CurrentClusterState;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.jspecify.annotations.Nullable;

/** Puts a snapshot together from what the cluster, the coordinator and the shards say. */
record ClusterLook(ActorSystem<?> system) {
    private static final Set<MemberStatus> OLDEST_IS_ONE_OF =
            Set.of(MemberStatus.up(), MemberStatus.leaving(), MemberStatus.exiting());

    /** A snapshot, and what the next one begins with. */
    record Seen(Snapshot snapshot, ShardTurns turns) {}

    /** Fails never for a node, a shard or a coordinator that does not answer. */
    CompletionStage<Seen> now(ShardTurns turns) {
        return RelayExtension.get(system)
                .handles()
                .map(handles -> now(handles, turns))
                .orElseGet(() -> CompletableFuture.completedFuture(
                        new Seen(new Snapshot(self(), false, false, members(), List.of()), turns)));
    }

    private CompletionStage<Seen> now(RelayHandles handles, ShardTurns turns) {
        ShardViews views = new ShardViews(system, handles);
        return views.outboxes()
                .handle((outboxes, failure) -> outboxes == null ? unanswered(handles) : outboxes.outboxes())
                .thenCompose(outboxes -> {
                    boolean answered = outboxes.stream().anyMatch(outbox -> outbox.shards() != null);
                    return asked(handles, views, outboxes, turns)
                            .thenApply(after -> new Seen(
                                    new Snapshot(self(), true, answered, members(), seen(handles, outboxes, after)),
                                    after));
                });
    }

    private static List<ShardViews.Outbox> unanswered(RelayHandles handles) {
        return handles.outboxes().stream()
                .map(outbox -> new ShardViews.Outbox(outbox.name(), outbox.table(), null, null, List.of()))
                .toList();
    }

    private static CompletionStage<ShardTurns> asked(
            RelayHandles handles, ShardViews views, List<ShardViews.Outbox> outboxes, ShardTurns turns) {
        List<ShardId> all = outboxes.stream()
                .flatMap(outbox -> shards(handles, outbox).stream())
                .toList();
        List<CompletableFuture<ShardStatus>> asked = turns.next(all).stream()
                .map(shard -> views.shard(shard).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                .thenApply(done -> turns.after(
                        all, asked.stream().map(CompletableFuture::join).toList()));
    }

    private static List<Snapshot.Outbox> seen(
            RelayHandles handles, List<ShardViews.Outbox> outboxes, ShardTurns turns) {
        return outboxes.stream()
                .map(outbox -> new Snapshot.Outbox(
                        outbox.name(),
                        outbox.table(),
                        count(handles, outbox),
                        outbox.reshardingTo(),
                        turns.of(shards(handles, outbox))))
                .toList();
    }

    private static List<ShardId> shards(RelayHandles handles, ShardViews.Outbox outbox) {
        return IntStream.range(0, Objects.requireNonNullElse(count(handles, outbox), 0))
                .mapToObj(number -> new ShardId(outbox.name(), number))
                .toList();
    }

    /** What was heard last, where the coordinator does not say. */
    private static @Nullable Integer count(RelayHandles handles, ShardViews.Outbox outbox) {
        Integer now = outbox.shards();
        return now == null ? handles.shardCounts().get(outbox.name()) : now;
    }

    private List<Member> members() {
        CurrentClusterState state = Cluster.get(system).state();
        List<org.apache.pekko.cluster.Member> members = StreamSupport.stream(
                        state.getMembers().spliterator(), false)
                .sorted((a, b) -> a.isOlderThan(b) ? -1 : b.isOlderThan(a) ? 1 : 0)
                .toList();
        String oldest = members.stream()
                .filter(member -> OLDEST_IS_ONE_OF.contains(member.status()))
                .findFirst()
                .map(member -> hostPort(member.address()))
                .orElse("");
        Set<org.apache.pekko.cluster.Member> unreachable = state.getUnreachable();
        return members.stream()
                .map(member -> {
                    String address = hostPort(member.address());
                    return new Member(
                            address,
                            member.status().toString().toLowerCase(Locale.ROOT),
                            address.equals(oldest),
                            !unreachable.contains(member));
                })
                .sorted(Comparator.comparing(Member::address))
                .toList();
    }

    private String self() {
        return hostPort(Cluster.get(system).selfMember().address());
    }

    private static String hostPort(Address address) {
        return Stream.concat(
                        address.getHost().stream(), address.getPort().stream().map(port -> ":" + port))
                .reduce("", String::concat);
    }
}
