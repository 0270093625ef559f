package io.outboxrelay.publish;

import io.outboxrelay.model.Chunk;
import io.outboxrelay.store.Refusal;
import java.util.List;

/** A chunk whose rows were acknowledged, except for those that were refused and have to be put aside. */
public record Delivery(Chunk chunk, List<Refusal> refusals) {}
