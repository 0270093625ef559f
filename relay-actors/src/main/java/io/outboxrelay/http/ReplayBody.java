package io.outboxrelay.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.outboxrelay.replay.Wanted;
import io.outboxrelay.settings.TopicTemplate;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.pekko.http.javadsl.model.Query;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.jspecify.annotations.Nullable;

/** Which events are to be sent again, of the query, else of the JSON object in the body. Pure. */
final class ReplayBody {
    private static final String FROM = "from";
    private static final String UNTIL = "until";
    private static final String TYPE = "aggregatetype";
    private static final String KEY = "key";
    private static final String EVENT = "event";
    private static final String TOPIC = "topic";
    private static final String RATE = "perSecond";
    private static final Set<String> LEGAL =
            new TreeSet<>(Set.of(FROM, UNTIL, TYPE, KEY, EVENT, TOPIC, RATE, ChangeNote.BY, ChangeNote.REASON));
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_EVENTS = 1000;
    private static final int FASTEST = 1_000_000;
    private static final int LONGEST = 1000;

    private final Query query;
    private final JsonNode object;

    private ReplayBody(Query query, JsonNode object) {
        this.query = query;
        this.object = object;
    }

    /** @throws Refused if the body is no JSON object, or it or the query say what means nothing here */
    static ReplayBody read(Query query, String body) {
        ReplayBody read = new ReplayBody(query, object(body));
        read.checkNames();
        return read;
    }

    private static JsonNode object(String body) {
        if (body.isBlank()) {
            return JSON.createObjectNode();
        }
        try {
            JsonNode node = JSON.readTree(body);
            if (node.isObject()) {
                return node;
            }
        } catch (JsonProcessingException e) {
            // the parser's own message would show the body
        }
        throw bad("the body is not a JSON object, legal members: " + String.join(", ", LEGAL));
    }

    /** A condition that is misspelt would select more than was meant. */
    private void checkNames() {
        Set<String> names = new TreeSet<>(query.toMap().keySet());
        object.fieldNames().forEachRemaining(names::add);
        names.removeAll(LEGAL);
        if (!names.isEmpty()) {
            throw bad(names.iterator().next() + " means nothing here, legal: " + String.join(", ", LEGAL));
        }
    }

    JsonNode object() {
        return object;
    }

    /** @throws Refused if something is not legal, or nothing says which events */
    Wanted wanted() {
        Instant from = time(FROM);
        Instant until = time(UNTIL);
        if (from != null && until != null && !from.isBefore(until)) {
            throw bad("until = " + until + ", legal: after from (" + from + ")");
        }
        Wanted wanted = new Wanted(
                from, until, text(TYPE).orElse(null), text(KEY).orElse(null), events(), topic(), number(RATE, FASTEST));
        if (from == null
                && until == null
                && wanted.aggregateType() == null
                && wanted.key() == null
                && wanted.events().isEmpty()) {
            throw bad("nothing says which events, legal: one or more of from, until, aggregatetype, key, event");
        }
        return wanted;
    }

    private @Nullable Instant time(String name) {
        Optional<String> text = text(name);
        try {
            return text.map(Instant::parse).orElse(null);
        } catch (DateTimeParseException e) {
            throw bad(name + " = '" + text.get() + "', legal: a time such as 2026-11-22T10:00:00Z");
        }
    }

    private String topic() {
        String topic = text(TOPIC).orElse("");
        if (!topic.isEmpty() && !TopicTemplate.isTopic(topic)) {
            throw bad("topic = '" + topic + "', legal: " + TopicTemplate.LEGAL_TOPIC);
        }
        return topic;
    }

    private int number(String name, int most) {
        JsonNode value = object.path(name);
        String text = query.get(name).orElse(value.isMissingNode() ? "0" : value.asText());
        int number = text.matches("[0-9]{1,7}") ? Integer.parseInt(text) : -1;
        if (number < 0 || number > most) {
            throw bad(name + " = '" + text + "', legal: 1 to " + most + ", or 0 for no limit");
        }
        return number;
    }

    private List<String> events() {
        List<String> events = new ArrayList<>();
        query.toMultiMap().getOrDefault(EVENT, List.of()).forEach(events::add);
        JsonNode given = object.path(EVENT);
        if (given.isTextual()) {
            events.add(given.textValue());
        } else if (given.isArray()) {
            given.forEach(one -> events.add(one.isTextual() ? one.textValue() : ""));
        } else if (!given.isMissingNode()) {
            throw bad(EVENT + " is neither text nor a list of text");
        }
        if (events.size() > MOST_EVENTS || events.contains("")) {
            throw bad("there are " + events.size() + " events, legal: 1 to " + MOST_EVENTS + ", none of them empty");
        }
        return events;
    }

    private Optional<String> text(String name) {
        Optional<String> text = query.get(name).or(() -> {
            JsonNode value = object.path(name);
            if (!value.isMissingNode() && !value.isTextual()) {
                throw bad(name + " is not text");
            }
            return Optional.ofNullable(value.textValue());
        });
        if (text.filter(value -> value.isEmpty() || value.length() > LONGEST).isPresent()) {
            throw bad(name + " has " + text.get().length() + " characters, legal: 1 to " + LONGEST);
        }
        return text;
    }

    private static Refused bad(String what) {
        return new Refused(StatusCodes.BAD_REQUEST, what);
    }
}
