package io.outboxrelay.client;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * For consumers: recognises events that arrive again, in constant space, by the record headers `outbox-delivery` and
 * `id`. One for each partition, and used by one thread at a time; what it knows is lost with it. See docs/consumers.md
 * for what it can rely on.
 *
 * <pre>{@code
 * RepeatFilter filter = new RepeatFilter(20_000); // twice the relay's publisher.max-in-flight
 *
 * for (ConsumerRecord<String, byte[]> event : records) {
 *     if (!filter.isRepeat(text(event, "outbox-delivery"), text(event, "id"))) {
 *         handle(event);
 *     }
 * }
 * }</pre>
 */
public final class RepeatFilter {
    private static final int PARTS = 5;

    private final int window;
    private final Map<String, Source> sources = new HashMap<>();

    /**
     * A filter that has seen nothing yet.
     *
     * @param window how many events of each shard it remembers, 1 or more: twice the relay's `publisher.max-in-flight`
     *     recognises whatever a crash repeats
     * @throws IllegalArgumentException if `window` is less
     */
    public RepeatFilter(int window) {
        if (window < 1) {
            throw new IllegalArgumentException("window = " + window + ", legal: 1 or more");
        }
        this.window = window;
    }

    /**
     * Whether the event arrived before, or comes from an owner of its shard that another one has taken over from: then
     * the new owner sends it too. Otherwise it is remembered as having arrived.
     *
     * @param delivery value of header `outbox-delivery`; null: the event is recognised by its id only
     * @param event value of header `id`
     * @throws IllegalArgumentException if `delivery` is not what a relay writes
     */
    public boolean isRepeat(@Nullable String delivery, String event) {
        if (delivery == null) {
            return source("").seenBefore(event);
        }
        String[] parts = delivery.split("/", -1);
        if (parts.length != PARTS) {
            throw illegal(delivery);
        }
        try {
            return source(parts[0] + "/" + parts[1]).isRepeat(parts[2], Long.parseLong(parts[3]), event);
        } catch (NumberFormatException e) {
            throw illegal(delivery);
        }
    }

    private static IllegalArgumentException illegal(String delivery) {
        return new IllegalArgumentException(
                "header outbox-delivery = '" + delivery + "', legal: outbox/shard/history/epoch/number");
    }

    private Source source(String name) {
        return sources.computeIfAbsent(name, first -> new Source(window));
    }

    /** What is known of one shard. */
    private static final class Source {
        /** Epochs of one database say nothing about those of another, nor about what it was before it was restored. */
        private String history = "-";

        private long epoch;
        private final Map<String, Boolean> arrived;

        Source(int window) {
            // the one that was met longest ago goes first
            arrived = new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                    return size() > window;
                }
            };
        }

        boolean isRepeat(String from, long under, String event) {
            if (!from.equals(history)) {
                history = from;
                epoch = under;
            } else if (under < epoch && !history.equals("-")) {
                return true;
            }
            epoch = Math.max(epoch, under);
            return seenBefore(event);
        }

        boolean seenBefore(String event) {
            return arrived.put(event, true) != null;
        }
    }
}
