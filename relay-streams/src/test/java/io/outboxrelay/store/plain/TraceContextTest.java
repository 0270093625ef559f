package io.outboxrelay.store.plain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TraceContextTest {
    private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03";
    private static final String CONTEXT =
            "#Thu Jan 01 10:00:00 UTC 2026\ntracestate=shop\\=1\ntraceparent=" + PARENT + "\n";

    @Test
    void joinsTheFurtherHeaders() {
        assertThat(TraceContext.joined(null, CONTEXT))
                .isEqualTo("{\"traceparent\":\"" + PARENT + "\",\"tracestate\":\"shop=1\"}");
        assertThat(TraceContext.joined("{\"tenant\": 7}", CONTEXT))
                .isEqualTo("{\"tenant\":7,\"traceparent\":\"" + PARENT + "\",\"tracestate\":\"shop=1\"}");
    }

    @Test
    void aHeaderOfTheRowsOwnWins() {
        assertThat(TraceContext.joined("{\"traceparent\": \"mine\"}", CONTEXT))
                .isEqualTo("{\"traceparent\":\"mine\",\"tracestate\":\"shop=1\"}");
    }

    @Test
    void whatCannotBeReadHoldsNothingBack() {
        assertThat(TraceContext.joined("{\"a\": 1}", null)).isEqualTo("{\"a\": 1}");
        assertThat(TraceContext.joined("{\"a\": 1}", " ")).isEqualTo("{\"a\": 1}");
        assertThat(TraceContext.joined("{\"a\":1}", "traceparent=\\u00")).isEqualTo("{\"a\":1}");
        assertThat(TraceContext.joined("no json", CONTEXT)).isEqualTo("no json");
        assertThat(TraceContext.joined("[1]", CONTEXT)).isEqualTo("[1]");
    }
}
