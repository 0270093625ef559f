package io.outboxrelay.model;

import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/**
 * The fixed slots a key can hash to, and the ranges of them that make up shards. The hash is that of the outbox
 * index: the low ten bits of the first three hexadecimal digits of md5, so that writers need to know nothing.
 */
public final class Slots {
    public static final int COUNT = 1024;

    private Slots() {}

    /** Slot of a record key, 0 to {@link #COUNT} - 1. */
    public static int of(String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        return new Hash().of(bytes, 0, bytes.length);
    }

    /** For many keys in turn, of one thread. */
    public static final class Hash {
        private final MessageDigest digest = md5();
        private final byte[] sum = new byte[16];

        /** Slot of the key whose bytes, as the database stores them, stand here. */
        public int of(byte[] bytes, int from, int length) {
            digest.update(bytes, from, length);
            try {
                digest.digest(sum, 0, sum.length);
            } catch (DigestException e) {
                throw new IllegalStateException("md5 has 16 bytes", e);
            }
            int twelveBits = ((sum[0] & 0xff) << 4) | ((sum[1] & 0xff) >>> 4);
            return twelveBits & (COUNT - 1);
        }
    }

    /** Cuts all slots into `shards` ranges whose sizes differ by at most one; range n belongs to shard n. */
    public static List<SlotRange> split(int shards) {
        if (shards < 1 || shards > COUNT) {
            throw new IllegalArgumentException("shards = " + shards + ", legal: 1 to " + COUNT);
        }
        List<SlotRange> ranges = new ArrayList<>(shards);
        for (int n = 0; n < shards; n++) {
            ranges.add(new SlotRange(n * COUNT / shards, (n + 1) * COUNT / shards - 1));
        }
        return List.copyOf(ranges);
    }

    /** The shard that has this slot where there are so many. */
    public static int shardOf(int slot, int shards) {
        List<SlotRange> ranges = split(shards);
        return (int) ranges.stream().takeWhile(range -> !range.contains(slot)).count();
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }
}
