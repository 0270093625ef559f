package io.outboxrelay.store.postgres;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL snapshot ({@code pg_snapshot}): transactions below `xmin` are visible, those from `xmax` on are not,
 * those between are unless listed in `xip`. Immutable; equal when its text is.
 */
public final class Snapshot {
    /** Sees nothing: the position of a shard that never relayed a row. */
    public static final Snapshot NOTHING = new Snapshot(3, 3, new long[0]);

    private final long xmin;
    private final long xmax;
    private final long[] xip;

    private Snapshot(long xmin, long xmax, long[] xip) {
        this.xmin = xmin;
        this.xmax = xmax;
        this.xip = xip;
    }

    /**
     * Reads the text form {@code xmin:xmax:xip,xip,...}.
     *
     * @throws IllegalArgumentException if `text` is not a snapshot
     */
    public static Snapshot parse(String text) {
        try {
            String[] parts = text.split(":", -1);
            if (parts.length == 3) {
                long xmin = Long.parseLong(parts[0]);
                long xmax = Long.parseLong(parts[1]);
                long[] xip = parts[2].isEmpty()
                        ? new long[0]
                        : Arrays.stream(parts[2].split(",", -1))
                                .mapToLong(Long::parseLong)
                                .toArray();
                if (xmin > 0 && xmax >= xmin && ascendingWithin(xip, xmin, xmax)) {
                    return new Snapshot(xmin, xmax, xip);
                }
            }
        } catch (NumberFormatException e) {
            throw notASnapshot(text, e);
        }
        throw notASnapshot(text, null);
    }

    private static IllegalArgumentException notASnapshot(String text, @Nullable Throwable cause) {
        return new IllegalArgumentException("not a snapshot: '" + text + "', expected xmin:xmax:xip,xip,...", cause);
    }

    private static boolean ascendingWithin(long[] xip, long xmin, long xmax) {
        long last = xmin - 1;
        for (long xid : xip) {
            if (xid <= last || xid >= xmax) {
                return false;
            }
            last = xid;
        }
        return true;
    }

    /** True if the effects of transaction `xid` are visible, provided that it committed. */
    public boolean sees(long xid) {
        return xid < xmin || (xid < xmax && Arrays.binarySearch(xip, xid) < 0);
    }

    /** True if this snapshot sees everything that `other` sees. */
    public boolean covers(Snapshot other) {
        return xmax >= other.xmax && Arrays.stream(xip).noneMatch(other::sees);
    }

    public long xmin() {
        return xmin;
    }

    public long xmax() {
        return xmax;
    }

    /** The transactions between `xmin` and `xmax` that this snapshot does not see. */
    public long[] running() {
        return xip.clone();
    }

    /** Transactions that were running in this snapshot and are not in `later`: their rows came to light between. */
    public long[] runningHereButNotIn(Snapshot later) {
        return LongStream.of(xip)
                .filter(xid -> Arrays.binarySearch(later.xip, xid) < 0)
                .toArray();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Snapshot that && xmin == that.xmin && xmax == that.xmax && Arrays.equals(xip, that.xip);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(xmin) + 17 * Long.hashCode(xmax) + Arrays.hashCode(xip);
    }

    /** The text form PostgreSQL reads and writes. */
    @Override
    public String toString() {
        return xmin + ":" + xmax + ":"
                + LongStream.of(xip).mapToObj(Long::toString).collect(Collectors.joining(","));
    }
}
