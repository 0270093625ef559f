package io.outboxrelay.forming;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** What loggers say while it is open. */
final class LogLines implements AutoCloseable {
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final List<Logger> loggers;

    LogLines(String... names) {
        this.loggers = Stream.of(names)
                .map(name -> (Logger) LoggerFactory.getLogger(name))
                .toList();
        lines.start();
        loggers.forEach(logger -> logger.addAppender(lines));
    }

    /** The lines with all of these words. */
    List<String> with(String... words) {
        return List.copyOf(lines.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(line -> Stream.of(words).allMatch(line::contains))
                .toList();
    }

    @Override
    public void close() {
        loggers.forEach(logger -> logger.detachAppender(lines));
    }
}
