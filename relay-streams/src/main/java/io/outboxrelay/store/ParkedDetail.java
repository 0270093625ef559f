package io.outboxrelay.store;

import java.util.Map;

/**
 * One row that was put aside.
 *
 * @param bytes sizes of the fields that {@link ParkedEdit} can change, by its names for them; none where a field is null
 */
public record ParkedDetail(ParkedRow row, Map<String, Long> bytes) {
    public ParkedDetail {
        bytes = Map.copyOf(bytes);
    }

    /** Whether a person has to decide on it, and can change it until then. */
    public boolean isUndecided() {
        return row.state().equals(Refusal.Kind.REFUSED.toString())
                || row.state().equals(Refusal.Kind.PASSED.toString());
    }

    /** That it is not. */
    public ParkedEdit.Result unfit() {
        return new ParkedEdit.Result(
                ParkedEdit.Outcome.UNFIT,
                "event " + row.event() + " is in state " + row.state() + ", legal for an edit: refused, passed");
    }

    /** There is no such row. */
    public static ParkedEdit.Result none(String event) {
        return new ParkedEdit.Result(ParkedEdit.Outcome.NOT_PARKED, "no event " + event + " is put aside");
    }

    /** Which of them is meant nobody can tell. */
    public static ParkedEdit.Result several(String event) {
        return new ParkedEdit.Result(
                ParkedEdit.Outcome.UNFIT, "several rows that were put aside have the event id " + event);
    }
}
