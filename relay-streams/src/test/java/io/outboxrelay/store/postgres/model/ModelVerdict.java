package io.outboxrelay.store.postgres.model;

import io.outboxrelay.store.postgres.model.Fleet.HandOver;
import io.outboxrelay.store.postgres.model.ModelLog.Publication;
import io.outboxrelay.testkit.Verdict;
import io.outboxrelay.testkit.Verdict.Event;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The ledger against the log. Beside what every run is judged by, each repeat must have an explanation.
 *
 * @param delivery lost, phantom, disordered, and how many repeats there were
 * @param unexplained repeats within one claim, or after a claim was handed over with everything settled
 */
record ModelVerdict(Verdict delivery, List<String> unexplained) {

    static ModelVerdict of(List<Event> ledger, List<Publication> log, Set<HandOver> handOvers) {
        List<Event> published = log.stream().map(Publication::event).toList();
        return new ModelVerdict(Verdict.of(ledger, published), unexplained(log, handOvers));
    }

    private static List<String> unexplained(List<Publication> log, Set<HandOver> handOvers) {
        Map<String, Set<HandOver>> claimsOf = new HashMap<>();
        List<String> found = new ArrayList<>();
        for (Publication publication : log) {
            Set<HandOver> claims = claimsOf.computeIfAbsent(publication.event().id(), event -> new HashSet<>());
            if (!claims.add(new HandOver(publication.shard(), publication.epoch()))) {
                found.add("twice in one claim: " + publication);
            }
            for (HandOver earlier : claims) {
                if (earlier.epoch() < publication.epoch() && handOvers.contains(earlier)) {
                    found.add("again after " + earlier + ": " + publication);
                }
            }
        }
        return found;
    }

    boolean isClean() {
        return delivery.isAtLeastOnce() && unexplained.isEmpty();
    }
}
