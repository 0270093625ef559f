package io.outboxrelay.http;

import java.util.List;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCode;

/** Ends a request with a problem. */
final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient StatusCode status;
    private final String detail;
    private final transient List<HttpHeader> headers;

    Refused(StatusCode status, String detail) {
        this(status, detail, List.of());
    }

    Refused(StatusCode status, String detail, List<HttpHeader> headers) {
        super(detail);
        this.status = status;
        this.detail = detail;
        this.headers = headers;
    }

    HttpResponse response() {
        return Replies.problem(status, detail).addHeaders(headers);
    }
}
