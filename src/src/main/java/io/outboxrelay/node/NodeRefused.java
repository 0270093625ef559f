package io.outboxrelay.node;

/** The cluster's configuration contradicts that of a node, which did not join for it; says what differs. */
public final class NodeRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says what `refusal` says. */
    public NodeRefused(RuntimeException refusal) {
        super(refusal.getMessage(), refusal);
    }
}
