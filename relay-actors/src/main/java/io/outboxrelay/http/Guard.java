package io.outboxrelay.http;

import io.outboxrelay.settings.ManagementCredentials;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.BasicHttpCredentials;
import org.apache.pekko.http.javadsl.model.headers.HttpChallenge;
import org.apache.pekko.http.javadsl.model.headers.OAuth2BearerToken;
import org.apache.pekko.http.javadsl.model.headers.WWWAuthenticate;
import org.apache.pekko.http.scaladsl.model.headers.Authorization;

/** Lets requests through that may change something. */
record Guard(ManagementCredentials legal) {
    private static final String REALM = "outbox-relay";

    /**
     * Who it is, where that is known: a bearer token has no name.
     *
     * @throws Refused if the request shows nothing, or something wrong, or a browser sends it for another site
     */
    Optional<String> admit(HttpRequest request) {
        boolean foreign = request.getHeader("Sec-Fetch-Site")
                .map(HttpHeader::value)
                .filter(site -> !site.equals("same-origin") && !site.equals("none"))
                .isPresent();
        if (foreign) {
            throw new Refused(StatusCodes.FORBIDDEN, "changes are not made for pages of other sites");
        }
        Optional<Authorization> shown = request.getHeader("Authorization")
                .filter(Authorization.class::isInstance)
                .map(Authorization.class::cast);
        if (shown.isEmpty()) {
            throw refused("changes need an Authorization header, legal: " + String.join(" or ", schemes()));
        }
        Object credentials = shown.get().credentials();
        if (credentials instanceof OAuth2BearerToken bearer
                && legal.hasToken()
                && same(bearer.token(), legal.token().reveal())) {
            return Optional.empty();
        }
        if (credentials instanceof BasicHttpCredentials basic && legal.hasUser() && isLegal(basic)) {
            return Optional.of(legal.user());
        }
        throw refused("the credentials in the Authorization header are not accepted, legal: "
                + String.join(" or ", schemes()) + ", as the node is configured");
    }

    /** Both are compared, so that the time it takes says nothing. */
    private boolean isLegal(BasicHttpCredentials basic) {
        boolean user = same(basic.username(), legal.user());
        boolean password = same(basic.password(), legal.password().reveal());
        return user && password;
    }

    private static boolean same(String shown, String expected) {
        return MessageDigest.isEqual(shown.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
    }

    private List<String> schemes() {
        List<String> schemes = new ArrayList<>();
        if (legal.hasToken()) {
            schemes.add("Bearer");
        }
        if (legal.hasUser()) {
            schemes.add("Basic");
        }
        return schemes;
    }

    private Refused refused(String detail) {
        return new Refused(
                StatusCodes.UNAUTHORIZED,
                detail,
                schemes().stream()
                        .<HttpHeader>map(scheme -> WWWAuthenticate.create(HttpChallenge.create(scheme, REALM)))
                        .toList());
    }
}
