package io.outboxrelay.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** For whom a command prints: people by default, programs with `--json`. */
final class Output {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec command;

    @Option(names = "--json", description = "Print one JSON document, and nothing else, to standard output.")
    private boolean json;

    boolean isJson() {
        return json;
    }

    void line(String text) {
        command.commandLine().getOut().println(text);
    }

    /** Indented; programs do not mind. */
    void document(Object document) {
        try {
            line(JSON.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(document));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("no JSON for " + document.getClass().getSimpleName(), e);
        }
    }

    /** On one line, where several follow each other. */
    void documentLine(Object document) {
        line(JSON.valueToTree(document).toString());
    }

    /** For what is no part of the answer. */
    void error(String text) {
        command.commandLine().getErr().println("error: " + text);
    }
}
