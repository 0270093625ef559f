package io.outboxrelay.verify;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a verification found. Filled pass by pass. */
public final class Report {
    private final Findings missing;
    private final Findings repeated;
    private final Findings disordered;
    private final Set<String> topics = new TreeSet<>();
    private final Set<String> notes = new TreeSet<>();
    private @Nullable Instant since;
    private long events;
    private long records;
    private long replayed;
    private long notJudged;
    private int passes;

    /** @param mostNamed of each kind */
    Report(int mostNamed) {
        this.missing = new Findings(mostNamed);
        this.repeated = new Findings(mostNamed);
        this.disordered = new Findings(mostNamed);
    }

    /** Sent, as the outbox has it, and in no topic. */
    public Findings missing() {
        return missing;
    }

    /** More than once in the topics, replays not counted. */
    public Findings repeated() {
        return repeated;
    }

    /** First behind a later event of their aggregate. */
    public Findings disordered() {
        return disordered;
    }

    public List<String> topics() {
        return List.copyOf(topics);
    }

    /** What limits the verdict. */
    public List<String> notes() {
        return new ArrayList<>(notes);
    }

    /** When the oldest event was written that is still in the outbox; null where that is not known. */
    public @Nullable Instant since() {
        return since;
    }

    /** Events that were compared. */
    public long events() {
        return events;
    }

    /** Records of them. */
    public long records() {
        return records;
    }

    /** Of these records those that were sent again on purpose. */
    public long replayed() {
        return replayed;
    }

    /** Events that were not found, and whose records Kafka may have removed. */
    public long notJudged() {
        return notJudged;
    }

    /** How often outbox and topics were read. */
    public int passes() {
        return passes;
    }

    void since(@Nullable Instant oldest) {
        since = oldest;
    }

    void passed(Set<String> read) {
        passes++;
        topics.addAll(read);
    }

    void note(String note) {
        notes.add(note);
    }

    void judged(int arrivals, int replays, boolean judgeable) {
        events++;
        records += arrivals + replays;
        replayed += replays;
        notJudged += judgeable ? 0 : 1;
    }
}
