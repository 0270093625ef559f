package io.outboxrelay.cli;

import io.outboxrelay.publish.TopicScan;
import io.outboxrelay.settings.AcknowledgeSettings;
import io.outboxrelay.settings.LoadedConfig;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.plain.PlainSent;
import io.outboxrelay.store.postgres.RingSent;
import io.outboxrelay.verify.Findings;
import io.outboxrelay.verify.Report;
import io.outboxrelay.verify.Verification;
import io.outboxrelay.verify.Wrong;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Compares what an outbox says was sent with what is in Kafka. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description =
                "Compares the events that were sent and are still in the database with the records of their topics:"
                        + " names missing and repeated ones, and those out of order. Reads only; needs no running node, and"
                        + " READ on the topics. Records of `relay replay` count as arrived, not as repeated.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:every event is there, once, and in order",
            "1:could not be compared",
            "2:wrong usage",
            "3:events are missing, repeated or out of order"
        })
final class VerifyCommand implements Callable<Integer> {
    static final int EXIT_FINDINGS = 3;
    private static final int MOST_EVENTS = 50_000_000;
    private static final int MOST_NAMED = 100_000;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Output out;

    @Option(names = "--config", required = true, paramLabel = "FILE", description = "HOCON configuration of a node.")
    @SuppressWarnings("NullAway.Init") // required: set by picocli
    private Path config;

    @Option(names = "--outbox", paramLabel = "NAME", defaultValue = "", description = "Needed where there are several.")
    @SuppressWarnings("NullAway.Init") // has a default
    private String outbox;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "Events written then or later: 2026-11-22T10:00:00Z. Default: all that are there.")
    private @Nullable String from;

    @Option(names = "--until", paramLabel = "TIME", description = "Events written before.")
    private @Nullable String until;

    @Option(
            names = "--allow-repeats",
            description = "Repeated events alone are no finding: at-least-once may repeat some after a crash.")
    private boolean allowRepeats;

    @Option(
            names = "--max-events",
            paramLabel = "N",
            defaultValue = "200000",
            description = "Events in memory at once, about 500 bytes each; more of them take further passes over outbox"
                    + " and topics. Default: ${DEFAULT-VALUE}.")
    private int maxEvents;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Events to name of each kind; all are counted. Default: ${DEFAULT-VALUE}.")
    private int limit;

    /** One kind of finding as programs get it. */
    private record Found(long count, List<Wrong> events) {
        static Found of(Findings findings) {
            return new Found(findings.count(), findings.named());
        }
    }

    @Override
    public Integer call() {
        check("--max-events", maxEvents, MOST_EVENTS);
        check("--limit", limit, MOST_NAMED);
        Verification.Plan plan = new Verification.Plan(time("--from", from), time("--until", until), maxEvents, limit);
        OutboxSettings settings = chosen(LoadedConfig.load(config).settings().outboxes());
        ProgressLine progress = new ProgressLine(spec.commandLine().getOut(), !out.isJson());
        Report report;
        try (TopicScan scan = TopicScan.open(settings.kafka())) {
            report = run(settings, scan, plan, (step, share) -> progress.show(share, "reading " + step));
        }
        if (out.isJson()) {
            out.document(document(settings.name(), report));
        } else {
            lines(settings.name(), report);
        }
        long wrong = report.missing().count()
                + report.disordered().count()
                + (allowRepeats ? 0 : report.repeated().count());
        return wrong == 0 ? CommandLine.ExitCode.OK : EXIT_FINDINGS;
    }

    private static Report run(
            OutboxSettings settings, TopicScan scan, Verification.Plan plan, Verification.Progress progress) {
        if (settings.acknowledge().mode() == AcknowledgeSettings.Mode.RING) {
            try (RingSent sent = RingSent.open(settings)) {
                return new Verification(settings, sent, scan, progress).run(plan);
            }
        }
        if (settings.acknowledge().mode() == AcknowledgeSettings.Mode.DELETE) {
            throw new IllegalStateException("outbox " + settings.name() + " deletes every event once it is sent"
                    + " (acknowledge.mode = delete), so there is nothing to compare");
        }
        try (PlainSent sent = PlainSent.open(settings)) {
            return new Verification(settings, sent, scan, progress).run(plan);
        }
    }

    private void check(String option, int value, int most) {
        if (value < 1 || value > most) {
            throw new ParameterException(spec.commandLine(), option + " = " + value + ", legal 1 to " + most);
        }
    }

    private @Nullable Instant time(String option, @Nullable String text) {
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new ParameterException(
                    spec.commandLine(), option + " = '" + text + "', legal: a time such as 2026-11-22T10:00:00Z", e);
        }
    }

    private OutboxSettings chosen(Map<String, OutboxSettings> outboxes) {
        if (outbox.isEmpty() && outboxes.size() == 1) {
            return outboxes.values().iterator().next();
        }
        OutboxSettings chosen = outboxes.get(outbox);
        if (chosen == null) {
            throw new ParameterException(
                    spec.commandLine(), "--outbox = '" + outbox + "', legal: " + String.join(", ", outboxes.keySet()));
        }
        return chosen;
    }

    private static Map<String, @Nullable Object> document(String name, Report report) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("outbox", name);
        document.put("topics", report.topics());
        document.put("since", report.since() == null ? null : report.since().toString());
        document.put("events", report.events());
        document.put("records", report.records());
        document.put("replayed", report.replayed());
        document.put("notJudged", report.notJudged());
        document.put("passes", report.passes());
        document.put("missing", Found.of(report.missing()));
        document.put("repeated", Found.of(report.repeated()));
        document.put("disordered", Found.of(report.disordered()));
        document.put("notes", report.notes());
        return document;
    }

    private void lines(String name, Report report) {
        out.line("outbox " + name + ": " + report.events() + " events that were sent, " + report.records()
                + " records of them, " + report.replayed() + " of these sent again on purpose");
        report.notes().forEach(note -> out.line("note: " + note));
        if (report.notJudged() > 0) {
            out.line(report.notJudged() + " not found that Kafka may have removed");
        }
        lines("missing", report.missing());
        lines("repeated", report.repeated());
        lines("out of order", report.disordered());
    }

    private void lines(String what, Findings findings) {
        out.line(what + ": " + findings.count());
        for (Wrong one : findings.named()) {
            String aggregate =
                    one.aggregateId() == null ? one.aggregateType() : one.aggregateType() + " " + one.aggregateId();
            out.line("  " + one.event() + "  " + ErrorLine.single(aggregate) + "  " + one.createdAt() + "  "
                    + one.detail());
        }
        if (findings.count() > findings.named().size()) {
            out.line("  and " + (findings.count() - findings.named().size()) + " more");
        }
    }
}
