package io.outboxrelay.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.outboxrelay.http.ServedTls;
import io.outboxrelay.settings.ManagementCredentials;
import io.outboxrelay.settings.ManagementSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** One node's management HTTP. Whatever it refuses becomes an exception that carries its own words. */
final class ManagementClient {
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(15);
    private static final int FIRST_ERROR = 400;

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http;
    private final String base;
    private final String authorization;

    /** The node answered, and will not do it. */
    static final class RefusedByNode extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        private RefusedByNode(String message) {
            super(message);
        }
    }

    private ManagementClient(HttpClient http, String base, String authorization) {
        this.http = http;
        this.base = base;
        this.authorization = authorization;
    }

    /**
     * Asks as the node itself is configured: by HTTPS if it has a certificate, and with its credentials.
     *
     * @throws IllegalStateException if the authority it trusts cannot be read
     */
    static ManagementClient of(ManagementSettings settings) {
        String host = settings.host().contains(":") ? "[" + settings.host() + "]" : settings.host();
        HttpClient.Builder http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5));
        if (settings.tls().isOn()) {
            http.sslContext(ServedTls.trusting(settings.tls()));
        }
        return new ManagementClient(
                http.build(),
                (settings.tls().isOn() ? "https" : "http") + "://" + host + ":" + settings.port(),
                authorization(settings.credentials()));
    }

    /** Empty where there is nothing to show. */
    private static String authorization(ManagementCredentials credentials) {
        if (credentials.hasToken()) {
            return "Bearer " + credentials.token().reveal();
        }
        String basic = credentials.user() + ":" + credentials.password().reveal();
        return credentials.hasUser()
                ? "Basic " + Base64.getEncoder().encodeToString(basic.getBytes(StandardCharsets.UTF_8))
                : "";
    }

    /**
     * Asks a node of which only the address is known, with the credentials of the environment.
     *
     * @param base without a path
     */
    static ManagementClient at(URI base, ManagementCredentials credentials) {
        return new ManagementClient(
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build(),
                base.toString(),
                authorization(credentials));
    }

    /** The address that is asked. */
    String address() {
        return base;
    }

    JsonNode get(String path) {
        return get(path, Map.of());
    }

    JsonNode get(String path, Map<String, String> query) {
        return send(request(path, query).GET());
    }

    JsonNode post(String path, Map<String, String> query) {
        return send(request(path, query).POST(BodyPublishers.noBody()));
    }

    JsonNode post(String path, Map<String, String> query, JsonNode body) {
        return send(request(path, query)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString())));
    }

    JsonNode patch(String path, Map<String, String> query, JsonNode body) {
        return send(request(path, query)
                .header("Content-Type", "application/json")
                .method("PATCH", BodyPublishers.ofString(body.toString())));
    }

    private HttpRequest.Builder request(String path, Map<String, String> query) {
        String encoded = new TreeMap<>(query)
                .entrySet().stream()
                        .map(parameter -> parameter.getKey() + "="
                                + URLEncoder.encode(parameter.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&"));
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path + (encoded.isEmpty() ? "" : "?" + encoded)));
        return authorization.isEmpty() ? request : request.header("Authorization", authorization);
    }

    private JsonNode send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> answer =
                    http.send(request.timeout(ANSWER_LIMIT).build(), BodyHandlers.ofString());
            JsonNode body = json.readTree(answer.body());
            if (answer.statusCode() >= FIRST_ERROR) {
                throw new RefusedByNode(
                        base + " refused: " + body.path("detail").asText("HTTP status " + answer.statusCode()));
            }
            return body;
        } catch (ConnectException e) {
            throw new IllegalStateException(
                    "no node answers at " + base + "; management.host and .port of a node's configuration say where",
                    e);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(base + " does not answer in JSON: is it a node's management port?", e);
        } catch (IOException e) {
            throw new UncheckedIOException("no answer from " + base + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + base + " was asked", e);
        }
    }
}
