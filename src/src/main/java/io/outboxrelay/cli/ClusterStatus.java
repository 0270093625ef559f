package io.outboxrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How a cluster is doing, as one of its nodes says it. Pure; what a node leaves out is taken as unknown, so that nodes of
 * other versions can be asked.
 *
 * @param well nothing is stuck
 * @param trouble what does not get on, worst first
 */
record ClusterStatus(boolean well, List<Member> nodes, List<Outbox> outboxes, List<Trouble> trouble) {

    /** One member of the cluster; `shards` are those it says it holds. */
    record Member(String node, String status, boolean reachable, int shards) {}

    /**
     * One outbox over all its shards.
     *
     * @param shards null where the node does not know how many there are
     * @param rowsWaiting those that are known of
     * @param moreWaiting there may be more: not all were counted, or not every shard said
     * @param oldestWaitingSeconds -1 where unknown
     * @param parkedRows -1 where unknown
     */
    record Outbox(
            String name,
            @Nullable Integer shards,
            @Nullable Integer reshardingTo,
            long rowsWaiting,
            boolean moreWaiting,
            double oldestWaitingSeconds,
            double ratePerSecond,
            long parkedRows) {}

    /** What a node answered about an outbox: its shards, or `unknown`, why there are none to be had. */
    record Answer(
            JsonNode outbox,
            List<JsonNode> shards,
            @Nullable String unknown) {}

    static ClusterStatus of(JsonNode members, List<Answer> answers) {
        List<Outbox> outboxes = new ArrayList<>();
        List<Trouble> trouble = new ArrayList<>();
        Map<String, Integer> held = new TreeMap<>();
        for (Answer answer : answers) {
            outboxes.add(outbox(answer));
            if (answer.unknown() != null) {
                trouble.add(Trouble.unknown(answer.outbox().path("name").asText(), answer.unknown()));
            }
            for (JsonNode shard : answer.shards()) {
                held.merge(shard.path("node").asText(""), 1, Integer::sum);
                Trouble.of(shard).ifPresent(trouble::add);
            }
        }
        trouble.sort(Trouble.WORST_FIRST);
        return new ClusterStatus(
                trouble.stream().noneMatch(Trouble::stuck), nodes(members, held), outboxes, List.copyOf(trouble));
    }

    private static List<Member> nodes(JsonNode members, Map<String, Integer> held) {
        Set<String> unreachable = new TreeSet<>();
        members.path("unreachable")
                .forEach(one -> unreachable.add(address(one.path("node").asText())));
        List<Member> nodes = new ArrayList<>();
        for (JsonNode member : members.path("members")) {
            String node = address(member.path("node").asText());
            String status = member.path("status").asText("unknown");
            nodes.add(new Member(node, status, !unreachable.contains(node), held.getOrDefault(node, 0)));
        }
        nodes.sort(Comparator.comparing(Member::node));
        return nodes;
    }

    /** Pekko says `pekko://relay@10.0.0.7:7355`, shards `10.0.0.7:7355`. */
    private static String address(String node) {
        return node.substring(node.lastIndexOf('@') + 1);
    }

    private static Outbox outbox(Answer answer) {
        long rows = 0;
        boolean more = answer.unknown() != null;
        double oldest = answer.unknown() == null ? 0 : -1;
        double rate = 0;
        long parked = answer.unknown() == null ? 0 : -1;
        for (JsonNode shard : answer.shards()) {
            long waiting = shard.path("rowsWaiting").asLong(-1);
            rows += Math.max(0, waiting);
            more |= waiting < 0 || shard.path("rowsWaitingCapped").asBoolean();
            oldest = Math.max(oldest, shard.path("oldestWaitingSeconds").asDouble(-1));
            rate += shard.path("ratePerSecond").asDouble();
            long parkedHere = shard.path("parkedRows").asLong(-1);
            parked = parked < 0 || parkedHere < 0 ? -1 : parked + parkedHere;
        }
        return new Outbox(
                answer.outbox().path("name").asText(),
                number(answer.outbox().path("shards")),
                number(answer.outbox().path("reshardingTo")),
                rows,
                more,
                oldest,
                rate,
                parked);
    }

    private static @Nullable Integer number(JsonNode value) {
        return value.isNumber() ? (Integer) value.asInt() : null;
    }
}
