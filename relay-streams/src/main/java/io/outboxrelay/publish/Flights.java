package io.outboxrelay.publish;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What is on its way to Kafka, of all shards of an outbox on this node: bounded in bytes, so that a slow Kafka slows the
 * readers and does not fill the heap. Thread-safe; first come, first served.
 */
final class Flights {
    private final long maxBytes;
    private final Queue<Flight> waiting = new ArrayDeque<>();
    private final Set<Flight> flying = new HashSet<>();
    private long bytes;

    /** @param maxBytes of payloads and keys; a chunk that is larger goes alone */
    Flights(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** One chunk of a stream. */
    static final class Flight {
        private final Set<String> topics;
        private final long bytes;
        private final CompletableFuture<Flight> begun = new CompletableFuture<>();
        private long sinceNanos;
        private boolean over;

        private Flight(Set<String> topics, long bytes) {
            this.topics = topics;
            this.bytes = bytes;
        }

        Set<String> topics() {
            return topics;
        }

        /** Completes when there is room. */
        CompletionStage<Flight> begun() {
            return begun;
        }
    }

    /** Asks for room; every flight has to {@link #land}, begun or not. */
    Flight request(Set<String> topics, long bytes) {
        Flight flight = new Flight(topics, bytes);
        synchronized (this) {
            waiting.add(flight);
        }
        next();
        return flight;
    }

    /** Arrived or failed. Landing twice changes nothing. */
    void land(Flight flight) {
        synchronized (this) {
            if (flight.over) {
                return;
            }
            flight.over = true;
            if (flying.remove(flight)) {
                bytes -= flight.bytes;
            } else {
                waiting.remove(flight);
            }
        }
        next();
    }

    private void next() {
        while (true) {
            Flight flight;
            synchronized (this) {
                flight = waiting.peek();
                if (flight == null || (!flying.isEmpty() && bytes + flight.bytes > maxBytes)) {
                    return;
                }
                waiting.remove();
                flying.add(flight);
                bytes += flight.bytes;
                flight.sinceNanos = System.nanoTime();
            }
            flight.begun.complete(flight);
        }
    }

    /** Topics of chunks that have been under way for longer than this. */
    synchronized Set<String> overdue(long nanos) {
        long now = System.nanoTime();
        Set<String> topics = new HashSet<>();
        flying.stream()
                .filter(flight -> now - flight.sinceNanos > nanos)
                .forEach(flight -> topics.addAll(flight.topics));
        return topics;
    }

    synchronized long bytes() {
        return bytes;
    }
}
