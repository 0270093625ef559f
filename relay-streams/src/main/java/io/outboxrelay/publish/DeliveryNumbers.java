package io.outboxrelay.publish;

import io.outboxrelay.model.Claim;
import java.nio.charset.StandardCharsets;

/**
 * Numbers the records of one claim, from 1 and without gaps: `orders/3/7489221.1/17/4711` is record 4711 of shard 3 of
 * outbox orders under epoch 17, in the database history 7489221.1 (`-` where the store does not know). Whatever is published
 * again comes under a higher epoch of the same history. See docs/decisions/0011-delivery-numbers.md. For one stream.
 */
final class DeliveryNumbers {
    /** Name of the header, and the parts of its value with the slashes between them. */
    static final int MAX_BYTES = 60 + (40 + 1 + 4) + 1 + (20 + 1 + 10) + 1 + 19 + 1 + 19;

    private final String prefix;
    private long number;

    DeliveryNumbers(Claim claim) {
        String history = claim.lineage().isEmpty() ? "-" : claim.lineage().replace('/', '.');
        this.prefix = claim.shard() + "/" + history + "/" + claim.epoch() + "/";
    }

    /** The header's value for the next record. */
    byte[] next() {
        return (prefix + ++number).getBytes(StandardCharsets.US_ASCII);
    }
}
