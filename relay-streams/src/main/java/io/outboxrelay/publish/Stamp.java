package io.outboxrelay.publish;

import io.outboxrelay.model.Claim;
import io.outboxrelay.settings.OutboxSettings;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What each record says about its sending.
 *
 * @param header its name; empty: nothing is said
 * @param values for the records of one stream in turn, whose rows are read under that claim; at most as long as
 *     {@link DeliveryNumbers} makes them
 */
record Stamp(String header, Function<Claim, Supplier<byte[]>> values) {

    /** Who sends it, and as the how manieth. */
    static Stamp deliveries(OutboxSettings settings) {
        return new Stamp(settings.publisher().deliveryHeader(), claim -> new DeliveryNumbers(claim)::next);
    }

    /** That it was sent before, and is sent again by that replay. */
    static Stamp replay(String id) {
        byte[] value = id.getBytes(StandardCharsets.US_ASCII);
        return new Stamp(Replay.HEADER, claim -> value::clone);
    }
}
