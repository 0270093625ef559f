package io.outboxrelay.client;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutboxWriterTest {
    @ParameterizedTest
    @ValueSource(strings = {"outbox", "shop.outbox", "_o2", "a.b"})
    void acceptsPlainTableNames(String table) {
        assertThatCode(() -> new OutboxWriter(table)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " outbox",
                "Outbox",
                "2box",
                "a.b.c",
                ".outbox",
                "shop.",
                "out-box",
                "\"outbox\"",
                "outbox; drop table outbox",
                "outbox\n",
                "a234567890123456789012345678901234567890123456789012345678901234"
            })
    void refusesTableNamesThatWouldNeedQuotesOrDoMoreThanName(String table) {
        assertThatThrownBy(() -> new OutboxWriter(table))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("outbox table = " + table)
                .hasMessageContaining("schema.name");
    }
}
