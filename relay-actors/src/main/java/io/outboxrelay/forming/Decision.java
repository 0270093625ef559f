package io.outboxrelay.forming;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** What a starting node does next. */
sealed interface Decision {

    /** Join the cluster that these nodes (`host:port`) belong to. */
    record Join(List<String> seeds) implements Decision {}

    /** Nobody is there: be the first node. */
    record FormNew() implements Decision {}

    /** It cannot be told yet. */
    record Wait(String reason) implements Decision {}

    /** What a TCP connect to a node says of it. */
    enum Probe {
        /** Nobody listens: the process is gone. */
        REFUSED,
        ANSWERS,
        /** No answer: it may live beyond a broken network. */
        SILENT
    }

    /**
     * Another node by the table and by its answer.
     *
     * @param age since it last signed
     * @param triedInVain this node tried to join it for a whole join limit before
     */
    record Candidate(String address, Duration age, Probe probe, boolean triedInVain) {}

    /**
     * Decides; pure. A second cluster beside a living one is worse than waiting, so only a node that is surely dead, or
     * has neither answered nor signed for longer than `expiry`, counts for nothing.
     */
    static Decision of(String own, Duration expiry, List<Candidate> candidates) {
        List<Candidate> others = candidates.stream()
                .filter(candidate -> !candidate.address().equals(own))
                .toList();
        List<String> seeds = others.stream()
                .filter(candidate -> candidate.probe() == Probe.ANSWERS && !isStranger(candidate, expiry))
                .map(Candidate::address)
                .toList();
        if (!seeds.isEmpty()) {
            return new Join(seeds);
        }
        String silent = others.stream()
                .filter(candidate ->
                        candidate.probe() == Probe.SILENT && candidate.age().compareTo(expiry) < 0)
                .map(candidate ->
                        candidate.address() + " (signed " + candidate.age().toSeconds() + " s ago)")
                .collect(Collectors.joining(", "));
        return silent.isEmpty()
                ? new FormNew()
                : new Wait("does not answer but may be alive: " + silent + "; counts as gone after "
                        + expiry.toSeconds() + " s (outbox-relay.cluster.node-expiry)");
    }

    /** Listens where a node used to, but neither lets us in nor signs: another program took the port. */
    private static boolean isStranger(Candidate candidate, Duration expiry) {
        return candidate.triedInVain() && candidate.age().compareTo(expiry) >= 0;
    }
}
