package io.outboxrelay.http;

import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCode;

/** Ends a request with a problem. */
final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient StatusCode status;
    private final String detail;

    Refused(StatusCode status, String detail) {
        super(detail);
        this.status = status;
        this.detail = detail;
    }

    HttpResponse response() {
        return Replies.problem(status, detail);
    }
}
