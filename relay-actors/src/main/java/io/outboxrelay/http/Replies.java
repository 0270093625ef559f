package io.outboxrelay.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpMethod;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCode;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.Allow;
import org.apache.pekko.http.javadsl.model.headers.CacheControl;
import org.apache.pekko.http.javadsl.model.headers.CacheDirectives;

/** Responses in JSON; never cached, since they show the moment. */
public final class Replies {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .build();
    private static final ContentType PROBLEM = ContentTypes.parse("application/problem+json");

    private Replies() {}

    static HttpResponse ok(Object body) {
        return response(StatusCodes.OK, ContentTypes.APPLICATION_JSON, body);
    }

    static HttpResponse accepted(Object body) {
        return response(StatusCodes.ACCEPTED, ContentTypes.APPLICATION_JSON, body);
    }

    public static HttpResponse problem(StatusCode status, String detail) {
        return response(status, PROBLEM, Problem.of(status, detail));
    }

    static HttpResponse wrongMethod(HttpMethod used, HttpMethod... legal) {
        return problem(
                        StatusCodes.METHOD_NOT_ALLOWED,
                        "method " + used.value() + " is not served here, legal: "
                                + Stream.of(legal).map(HttpMethod::value).collect(Collectors.joining(", ")))
                .addHeader(Allow.create(legal));
    }

    private static HttpResponse response(StatusCode status, ContentType type, Object body) {
        return HttpResponse.create()
                .withStatus(status)
                .addHeader(CacheControl.create(CacheDirectives.NO_STORE))
                .withEntity(HttpEntities.create(type, bytes(body)));
    }

    private static byte[] bytes(Object body) {
        try {
            return JSON.writeValueAsBytes(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("no JSON for " + body.getClass().getSimpleName(), e);
        }
    }
}
