package io.outboxrelay.relay;

import io.outboxrelay.coordinator.Hosting;
import java.util.Optional;
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

    private static boolean stays(Member member) {
        return member.status().equals(MemberStatus.up()) || member.status().equals(MemberStatus.weaklyUp());
    }
}
