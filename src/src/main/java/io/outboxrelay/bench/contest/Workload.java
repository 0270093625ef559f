package io.outboxrelay.bench.contest;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** What is measured, who can take part, and which figure says it best. */
public enum Workload {
    BACKLOG("a backlog is brought to Kafka", Figure.EVENTS_PER_SECOND),
    STEADY("writers keep a timetable; time from when an event was due to its consumer", Figure.P99),
    IDLE("nothing is written", Figure.OWN_CORE),
    HELD("steady, while another session holds a snapshot and a transaction id", Figure.P99),
    CRASH("steady; every process of the competitor is killed (SIGKILL) and started again at once", Figure.BACK),
    SCALE("a backlog appears at once, and several nodes share it", Figure.EVENTS_PER_SECOND),
    KEYS("a backlog of many keys, and one of a single key", Figure.EVENTS_PER_SECOND),
    PAYLOAD("backlogs of payloads of different sizes", Figure.EVENTS_PER_SECOND);

    private final String description;
    private final Figure chief;

    Workload(String description, Figure chief) {
        this.description = description;
        this.chief = chief;
    }

    /** As it is named on the command line. */
    public String title() {
        return name().toLowerCase(Locale.ROOT);
    }

    String description() {
        return description;
    }

    /** The figure of the plot. */
    Figure chief() {
        return chief;
    }

    /** Who can take part. */
    Set<Competitor> competitors() {
        return switch (this) {
            case BACKLOG -> EnumSet.complementOf(EnumSet.of(Competitor.DEBEZIUM_LATENCY));
            case STEADY, IDLE, HELD, CRASH ->
                EnumSet.complementOf(
                        EnumSet.of(Competitor.FLOOR_COPY, Competitor.FLOOR_PRODUCER, Competitor.FLOOR_BOTH));
            case SCALE -> EnumSet.of(Competitor.RELAY);
            case KEYS, PAYLOAD ->
                EnumSet.of(Competitor.RELAY, Competitor.RELAY_EXACTLY_ONCE, Competitor.POLLER, Competitor.DEBEZIUM);
        };
    }
}
