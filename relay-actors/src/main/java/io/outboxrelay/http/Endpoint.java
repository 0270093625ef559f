package io.outboxrelay.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpMethod;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * One thing that can be asked for.
 *
 * @param path with names in braces for segments that may be anything
 * @param changes whether credentials are needed, and management must not be read-only
 */
record Endpoint(HttpMethod method, String path, boolean changes, Function<Call, CompletionStage<HttpResponse>> answer) {

    static Endpoint look(String path, Function<Call, ? extends CompletionStage<?>> found) {
        return new Endpoint(
                HttpMethods.GET, path, false, call -> found.apply(call).thenApply(Replies::ok));
    }

    static Endpoint change(HttpMethod method, String path, Function<Call, CompletionStage<HttpResponse>> answer) {
        return new Endpoint(method, path, true, answer);
    }

    /** What stands for the names in braces; empty where it is another path. */
    Optional<List<String>> names(List<String> segments) {
        List<String> template = segments(path);
        if (template.size() != segments.size()) {
            return Optional.empty();
        }
        List<String> names = new ArrayList<>();
        for (int n = 0; n < template.size(); n++) {
            if (template.get(n).startsWith("{")) {
                names.add(segments.get(n));
            } else if (!template.get(n).equals(segments.get(n))) {
                return Optional.empty();
            }
        }
        return Optional.of(names);
    }

    static List<String> segments(String path) {
        return List.of(path.split("/")).stream()
                .filter(segment -> !segment.isEmpty())
                .toList();
    }
}
