package io.outboxrelay.http;

import org.apache.pekko.http.javadsl.model.StatusCode;

/** An error as RFC 9457 wants it; the status says enough, so the type is always `about:blank`. */
record Problem(String type, String title, int status, String detail) {
    static Problem of(StatusCode status, String detail) {
        return new Problem("about:blank", status.reason(), status.intValue(), detail);
    }
}
