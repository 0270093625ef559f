package io.outboxrelay.simulation;

import java.util.List;
import org.apache.pekko.actor.Address;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.Member$;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.UniqueAddress;
import org.apache.pekko.util.Version;
import scala.collection.immutable.Set$;

/** What nodes are told when others come and go. */
final class MemberEvents {
    private MemberEvents() {}

    static void tell(List<SimulatedNode> members, SimulatedNode whose, boolean came) {
        ClusterEvent.MemberEvent event = came ? up(whose) : removed(whose);
        members.forEach(member -> member.enter(() -> member.machine().tellMembers(event)));
    }

    private static ClusterEvent.MemberEvent up(SimulatedNode node) {
        return new ClusterEvent.MemberUp(Member$.MODULE$
                .apply(address(node), Set$.MODULE$.empty(), Version.Zero())
                .copyUp(1));
    }

    private static ClusterEvent.MemberEvent removed(SimulatedNode node) {
        return new ClusterEvent.MemberRemoved(Member$.MODULE$.removed(address(node)), MemberStatus.down());
    }

    private static UniqueAddress address(SimulatedNode node) {
        return new UniqueAddress(new Address("pekko", "simulated", "node", 1 + node.number()), node.number());
    }
}
