package io.outboxrelay.verify;

import java.util.ArrayList;
import java.util.List;

/** One kind of what can be wrong: all of it is counted, and the first of it named. */
public final class Findings {
    private final int mostNamed;
    private final List<Wrong> named = new ArrayList<>();
    private long count;

    Findings(int mostNamed) {
        this.mostNamed = mostNamed;
    }

    void add(Wrong wrong) {
        count++;
        if (named.size() < mostNamed) {
            named.add(wrong);
        }
    }

    public long count() {
        return count;
    }

    public List<Wrong> named() {
        return List.copyOf(named);
    }
}
