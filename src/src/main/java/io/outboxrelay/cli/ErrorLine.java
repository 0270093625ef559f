package io.outboxrelay.cli;

import java.util.stream.Collectors;

/** What went wrong, on one line: scripts and log collectors read line by line. */
final class ErrorLine {
    private ErrorLine() {}

    static String of(Throwable failure) {
        String message = failure.getMessage();
        if (message == null || message.isBlank()) {
            return failure.getClass().getSimpleName();
        }
        return single(message);
    }

    static String single(String text) {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty()).collect(Collectors.joining("; "));
    }
}
