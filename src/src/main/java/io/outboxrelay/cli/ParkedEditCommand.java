package io.outboxrelay.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Changes one event that was put aside and waits for a decision. */
@Command(
        name = "edit",
        mixinStandardHelpOptions = true,
        description = "Changes an event that waits for a decision; what is not named stays. Release it afterwards.")
final class ParkedEditCommand extends ParkedCommand.Asking {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS) // headers stay as they were written
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private JournalNote note;

    @Parameters(paramLabel = "EVENT", description = "The event's id.")
    @SuppressWarnings("NullAway.Init") // required: set by picocli
    private String event;

    @ArgGroup
    private @Nullable NewPayload payload;

    @Option(names = "--headers", paramLabel = "JSON", description = "All further headers: an object, or null for none.")
    private @Nullable String headers;

    @Option(names = "--aggregatetype", paramLabel = "T", description = "What the topic is made of by default.")
    private @Nullable String aggregateType;

    @Option(names = "--type", paramLabel = "T", description = "The event's type.")
    private @Nullable String type;

    /** One of them. */
    static final class NewPayload {
        @Option(names = "--payload-file", paramLabel = "FILE", description = "The new payload, byte for byte.")
        private @Nullable Path file;

        @Option(names = "--payload", paramLabel = "TEXT", description = "The new payload as text.")
        private @Nullable String text;

        @Option(names = "--tombstone", description = "No payload at all.")
        private boolean tombstone;

        void into(ObjectNode change) {
            if (file != null) {
                change.put("payloadBase64", Base64.getEncoder().encodeToString(read(file)));
            } else {
                change.put("payload", tombstone ? null : text);
            }
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException("--payload-file " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public Integer call() {
        ObjectNode change = change();
        if (change.isEmpty()) {
            throw wrong("nothing is to be changed, legal: --payload-file, --payload, --tombstone, --headers,"
                    + " --aggregatetype, --type");
        }
        ManagedOutbox.Asked asked = outbox.asked();
        JsonNode answer = asked.node().patch(asked.path(ParkedCommand.PARKED, event), note.with(Map.of()), change);
        if (json) {
            spec.commandLine().getOut().println(answer.toPrettyString());
        } else {
            spec.commandLine()
                    .getOut()
                    .println("event " + event + " is changed: " + String.join(", ", names(answer))
                            + "; release it to have it tried again");
        }
        return CommandLine.ExitCode.OK;
    }

    private static Iterable<String> names(JsonNode answer) {
        return answer.path("fields").findValuesAsText("name");
    }

    private ObjectNode change() {
        ObjectNode change = JSON.createObjectNode();
        if (payload != null) {
            payload.into(change);
        }
        if (headers != null) {
            change.set("headers", parsed(headers));
        }
        if (aggregateType != null) {
            change.put("aggregatetype", aggregateType);
        }
        if (type != null) {
            change.put("type", type);
        }
        return change;
    }

    private JsonNode parsed(String text) {
        try {
            JsonNode node = JSON.readTree(text);
            if (node.isObject() || node.isNull()) {
                return node;
            }
        } catch (JsonProcessingException e) {
            // the parser's own message would show the headers
        }
        throw wrong("--headers is not a JSON object, legal: '{\"name\": \"value\"}', or null");
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
