package io.outboxrelay.relay;

import io.outboxrelay.coordinator.Hosting;
import io.outboxrelay.coordinator.Nodes;
import io.outboxrelay.store.Owner;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;

/** Looks who could take a shard, from the node the coordinator is on. */
record ShardHosts(ActorSystem<?> system) {

    Hosting now() {
        if (CoordinatedShutdown.get(system).getShutdownReason().isEmpty()) {
            return Hosting.ANYBODY;
        }
        return another().isPresent() ? Hosting.OTHERS : Hosting.NOBODY;
    }

    /** The oldest node but this one of those that stay. */
    Optional<Member> another() {
        Cluster cluster = Cluster.get(system);
        return StreamSupport.stream(cluster.state().getMembers().spliterator(), false)
                .filter(member ->
                        !member.uniqueAddress().equals(cluster.selfMember().uniqueAddress()))
                .filter(ShardHosts::stays)
                .min(Member.ageOrdering());
    }

    /** The nodes of the cluster, as this one knows them. */
    Nodes nodes() {
        Cluster cluster = Cluster.get(system);
        Set<Member> unreachable = cluster.state().getUnreachable();
        Map<String, Long> fit = new HashMap<>();
        Map<String, String> unfit = new HashMap<>();
        for (Member member : cluster.state().getMembers()) {
            String node = Owner.at(member.address());
            if (!stays(member)) {
                unfit.put(node, member.status().toString().toLowerCase(Locale.ROOT));
            } else if (unreachable.contains(member)) {
                unfit.put(node, "unreachable");
            } else {
                fit.put(node, member.uniqueAddress().longUid());
            }
        }
        return new Nodes(fit, unfit);
    }

    private static boolean stays(Member member) {
        return member.status().equals(MemberStatus.up()) || member.status().equals(MemberStatus.weaklyUp());
    }
}
