package io.outboxrelay.simulation;

/** What one schedule takes place in. */
record World(
        Timeline timeline, Luck luck, Trace trace, Judge judge, SimulatedDatabase database, SimulatedTopic topic) {}
