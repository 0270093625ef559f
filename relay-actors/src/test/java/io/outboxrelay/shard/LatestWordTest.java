package io.outboxrelay.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.shard.ShardActor.Keep;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LatestWordTest {
    private final AtomicLong now = new AtomicLong();
    private final LatestWord latest = new LatestWord(now::get);

    @Test
    void knowsAWordThatWasOvertaken() {
        assertThat(latest.overtook(word(2L))).isFalse();
        assertThat(latest.overtook(word(1L))).isTrue();
        assertThat(latest.overtook(word(2L))).isFalse();
        assertThat(latest.overtook(word(3L))).isFalse();
        assertThat(latest.overtook(word(2L))).isTrue();
    }

    @Test
    void listensToACoordinatorOfAnEarlierVersion() {
        assertThat(latest.overtook(word(2L))).isFalse();
        assertThat(latest.overtook(word(null))).isFalse();
    }

    @Test
    void listensToAJournalThatWasRestoredOnceTheOtherIsSilent() {
        assertThat(latest.overtook(word(7L))).isFalse();
        now.addAndGet(Duration.ofSeconds(9).toNanos());
        assertThat(latest.overtook(word(2L))).isTrue();
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(latest.overtook(word(2L))).isFalse();
        assertThat(latest.overtook(word(1L))).isTrue();
    }

    private static Keep word(@Nullable Long revision) {
        return new Keep(false, "", revision);
    }
}
