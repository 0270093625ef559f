package io.outboxrelay.settings;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Whether records are CloudEvents 1.0 in the Kafka protocol binding, and what no row says of them.
 *
 * @param source who the events are of, a URI or a reference to one
 * @param dataContentType media type of payloads
 */
public record CloudEventSettings(Mode mode, String source, String dataContentType) {

    /** How an event is put into a record. */
    public enum Mode {
        /** It is not: the record is the payload. */
        NONE,
        /** Attributes are headers, the value is the payload. */
        BINARY,
        /** The value is a JSON object of attributes and payload. */
        STRUCTURED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Type and subtype as RFC 6838 has them; parameters may follow. */
    private static final Pattern MEDIA_TYPE = Pattern.compile("[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+( *;[ -~]*)?");

    public CloudEventSettings {
        new Rules()
                .that(isReference(source), "source", source, "legal a URI or a reference to one, such as /shop/orders")
                .that(
                        MEDIA_TYPE.matcher(dataContentType).matches(),
                        "data-content-type",
                        dataContentType,
                        "legal a media type, such as application/json")
                .orThrow();
    }

    private static boolean isReference(String text) {
        try {
            return !text.isEmpty() && !new URI(text).toString().isEmpty();
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
