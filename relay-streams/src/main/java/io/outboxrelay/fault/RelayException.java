package io.outboxrelay.fault;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** The one exception of the relay: what happened, with figures, and which {@link Fault} it is. */
public final class RelayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Fault fault;

    public RelayException(Fault fault, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.fault = fault;
    }

    public RelayException(Fault fault, String message) {
        this(fault, message, null);
    }

    public Fault fault() {
        return fault;
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
