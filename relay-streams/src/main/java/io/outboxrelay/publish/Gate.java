package io.outboxrelay.publish;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Aggregate;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.settings.PublisherSettings;
import io.outboxrelay.store.Parked;
import io.outboxrelay.store.Refusal;
import io.outboxrelay.store.Refusal.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;

/**
 * Decides row by row what goes out now. A row that cannot is refused, and with it, by policy, whatever comes after it
 * of the same aggregate: so no aggregate's events ever change places. One for each run of a shard's stream; called by
 * one thread at a time, except where it says otherwise.
 */
public final class Gate {
    private static final int MOST_HELD = 100;

    private final PublisherSettings settings;
    private final Runnable tryAgain;

    /** Aggregates that wait for a person; released rows of theirs came before what they wait for. */
    private Parked before = Parked.NONE;

    /** Why later rows of an aggregate wait, for those that were refused during this run. */
    private final Map<Aggregate, String> blocked = new HashMap<>();

    /** Why rows of this run were held back; few, for each names a topic. */
    private final Set<String> held = ConcurrentHashMap.newKeySet();

    private @Nullable Opened opened;
    private long parkedRows;
    private volatile Supplier<Set<String>> underWay = Set::of;

    /** One that knows nothing of earlier runs and is never told that a destination returned. */
    public static Gate to(PublisherSettings settings) {
        return new Gate(settings, () -> {});
    }

    /** @param tryAgain called, from any thread, when rows that were held back can be tried again */
    public Gate(PublisherSettings settings, Runnable tryAgain) {
        this.settings = settings;
        this.tryAgain = tryAgain;
    }

    private record Opened(Claim claim, Function<List<Refusal>, CompletionStage<Done>> parkAhead) {}

    /** A chunk, what is to be sent of it, and what is not. */
    public record Screened<M>(Chunk chunk, List<M> messages, List<Refusal> refusals) {
        public Delivery delivered() {
            return new Delivery(chunk, refusals);
        }
    }

    /**
     * Begins with what earlier runs put aside.
     *
     * @param claim under which the rows were read
     * @param parkAhead puts rows aside before the position moves past them
     */
    public void open(Claim claim, Parked parked, Function<List<Refusal>, CompletionStage<Done>> parkAhead) {
        this.before = parked;
        this.parkedRows = parked.rows();
        this.opened = new Opened(claim, parkAhead);
    }

    /** Under which the rows of this run are read. */
    public Claim claim() {
        return opened().claim();
    }

    CompletionStage<Done> parkAhead(List<Refusal> refusals) {
        return refusals.isEmpty()
                ? CompletableFuture.completedFuture(Done.getInstance())
                : opened().parkAhead().apply(refusals);
    }

    private Opened opened() {
        return Objects.requireNonNull(opened, "the gate has not been opened");
    }

    /**
     * Screens a chunk.
     *
     * @param prepare makes a message of the row at this place in the chunk; fails with POISON if that can never be,
     *     and with MISCONFIGURED if the place it goes to cannot be written to now
     * @throws RelayException POISON where a poisoned row shall stop the shard; MISCONFIGURED if too many rows wait
     */
    public <M> Screened<M> screen(Chunk chunk, IntFunction<M> prepare) {
        List<M> messages = new ArrayList<>(chunk.rows().size());
        List<Refusal> refusals = List.of();
        for (int n = 0; n < chunk.rows().size(); n++) {
            OutboxRow row = chunk.rows().get(n);
            Refusal refusal = blocked(row, chunk.released());
            if (refusal == null) {
                try {
                    messages.add(prepare.apply(n));
                } catch (RelayException e) {
                    refusal = refuse(row, e);
                }
            }
            if (refusal != null) {
                refusals = refusals.isEmpty() ? new ArrayList<>() : refusals;
                refusals.add(refusal);
            }
        }
        count(chunk, refusals.size());
        return new Screened<>(chunk, messages, refusals);
    }

    private @Nullable Refusal blocked(OutboxRow row, boolean released) {
        if (blocked.isEmpty() && before.blocked().isEmpty()) {
            return null;
        }
        Aggregate aggregate = row.aggregate();
        if (aggregate == null) {
            return null;
        }
        String cause = blocked.get(aggregate);
        if (cause == null && !released && before.blocked().contains(aggregate)) {
            cause = "an earlier event of this aggregate was refused";
        }
        return cause == null ? null : new Refusal(row, Kind.WAITS, cause);
    }

    private Refusal refuse(OutboxRow row, RelayException error) {
        Kind kind = switch (error.fault()) {
            case POISON -> poison(error);
            case MISCONFIGURED -> Kind.HELD;
            case TRANSIENT, FENCED -> throw error;
        };
        if (kind == Kind.HELD && held.size() < MOST_HELD) {
            held.add(String.valueOf(error.getMessage()));
        }
        Aggregate aggregate = row.aggregate();
        if (aggregate != null && kind != Kind.PASSED) {
            blocked.put(aggregate, "waits for event " + row.id());
        }
        return new Refusal(row, kind, String.valueOf(error.getMessage()));
    }

    private Kind poison(RelayException error) {
        return switch (settings.onPoison()) {
            case PARK_AND_BLOCK_KEY -> Kind.REFUSED;
            case PARK_AND_CONTINUE -> Kind.PASSED;
            case HALT_SHARD -> throw error;
        };
    }

    /** Released rows are on the list already. */
    private void count(Chunk chunk, int refused) {
        parkedRows += chunk.released() ? refused - chunk.rows().size() : refused;
        if (refused > 0 && !chunk.released() && parkedRows > settings.maxParked()) {
            throw new RelayException(
                    Fault.MISCONFIGURED,
                    parkedRows + " rows of shard " + chunk.shard() + " would be put aside, legal: up to "
                            + settings.maxParked() + " (publisher.max-parked)");
        }
    }

    /** Why rows of this run were held back, in words; from any thread. */
    public Set<String> held() {
        return Set.copyOf(held);
    }

    /** Where what was let through is on its way to, as far as that is known; from any thread. */
    public Set<String> underWay() {
        return underWay.get();
    }

    /** @param destinations of what is on its way; may be asked from any thread */
    void watch(Supplier<Set<String>> destinations) {
        this.underWay = destinations;
    }

    /** Rows that were held back can go out now. */
    public void tryAgain() {
        tryAgain.run();
    }
}
