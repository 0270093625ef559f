package io.outboxrelay.fault;

import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** The one exception of the relay: what happened, with figures, and which {@link Fault} it is. */
public final class RelayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Fault fault;
    private final @Nullable String successor;

    public RelayException(Fault fault, String message, @Nullable Throwable cause) {
        this(fault, message, cause, null);
    }

    private RelayException(Fault fault, String message, @Nullable Throwable cause, @Nullable String successor) {
        super(message, cause);
        this.fault = fault;
        this.successor = successor;
    }

    /** FENCED by somebody whose address is known or not. */
    public static RelayException fencedBy(@Nullable String successor, String message) {
        return new RelayException(Fault.FENCED, message, null, successor);
    }

    public RelayException(Fault fault, String message) {
        this(fault, message, null);
    }

    public Fault fault() {
        return fault;
    }

    /** Who fenced us, as host:port; empty where that is not known, and for other faults. */
    public Optional<String> successor() {
        return Optional.ofNullable(successor);
    }

    /** What is within futures' wrappers. */
    public static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** The relay exception within `failure`, looking through futures' wrappers; otherwise a TRANSIENT one around it. */
    public static RelayException of(Throwable failure) {
        Throwable cause = unwrapped(failure);
        return cause instanceof RelayException relay
                ? relay
                : new RelayException(Fault.TRANSIENT, cause.toString(), cause);
    }
}
