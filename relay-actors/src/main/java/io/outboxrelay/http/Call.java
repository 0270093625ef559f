package io.outboxrelay.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/**
 * A request for an {@link Endpoint}.
 *
 * @param names what stands in the path for the names in braces, in order
 * @param who asks, where it has proven that; otherwise {@link ChangeNote#UNKNOWN}
 */
record Call(HttpRequest request, List<String> names, String who) {

    String name(int place) {
        return names.get(place);
    }

    /** Of the query; `otherwise` where it is not there. */
    String parameter(String key, String otherwise) {
        return request.getUri().query().get(key).orElse(otherwise);
    }

    /** Who and why, from the query or from `body`. */
    ChangeNote note(String body) {
        return ChangeNote.read(request.getUri().query(), body, who);
    }

    /** Likewise. */
    ChangeNote note(JsonNode body) {
        return ChangeNote.read(request.getUri().query(), body, who);
    }
}
