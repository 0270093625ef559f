package io.outboxrelay.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.publish.KafkaCheck;
import io.outboxrelay.publish.KafkaDoctor;
import io.outboxrelay.settings.AcknowledgeSettings;
import io.outboxrelay.settings.KafkaSettings;
import io.outboxrelay.settings.LoadedConfig;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.RelaySettings;
import io.outboxrelay.settings.RowField;
import io.outboxrelay.store.Finding;
import io.outboxrelay.store.jdbc.Sample;
import io.outboxrelay.store.plain.PlainDoctor;
import io.outboxrelay.store.postgres.Doctor;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Examines everything the relay needs and says what to do about what is wrong. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description =
                "Examines databases, tables, rights, positions and Kafka, with the rights of a node, and says what"
                        + " to do about what is wrong. Changes nothing. Exit code 0 unless a check failed.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:no check failed", "1:a check failed, or could not be done", "2:wrong usage"})
final class DoctorCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(names = "--config", required = true, paramLabel = "FILE", description = "HOCON configuration of a node.")
    @SuppressWarnings("NullAway.Init") // required: set by picocli
    private Path config;

    @Option(names = "--json", description = "Print a JSON array instead of lines.")
    private boolean json;

    /** A finding and what it is about: the cluster, or one outbox. */
    private record Examined(String subject, Finding finding) {}

    @Override
    public Integer call() throws JsonProcessingException {
        List<Examined> examined = examine(LoadedConfig.load(config).settings());
        if (json) {
            printJson(examined);
        } else {
            printLines(examined);
        }
        boolean failed = examined.stream().anyMatch(one -> one.finding().level() == Finding.Level.FAIL);
        return failed ? CommandLine.ExitCode.SOFTWARE : CommandLine.ExitCode.OK;
    }

    private static List<Examined> examine(RelaySettings settings) {
        Doctor doctor = new Doctor();
        List<Examined> examined = new ArrayList<>();
        doctor.cluster(settings.database()).forEach(finding -> examined.add(new Examined("cluster", finding)));
        for (OutboxSettings outbox : settings.outboxes().values()) {
            String subject = "outbox " + outbox.name();
            boolean ring = outbox.acknowledge().mode() == AcknowledgeSettings.Mode.RING;
            List<Finding> findings = ring ? doctor.outbox(outbox) : PlainDoctor.examine(outbox);
            findings.forEach(finding -> examined.add(new Examined(subject, finding)));
            kafka(outbox, doctor, ring).forEach(finding -> examined.add(new Examined(subject, finding)));
        }
        return examined;
    }

    private static List<Finding> kafka(OutboxSettings outbox, Doctor doctor, boolean ring) {
        List<Finding> findings = new ArrayList<>();
        findings.add(reached(outbox.kafka()));
        if (findings.get(0).level() != Finding.Level.OK) {
            return findings;
        }
        List<OutboxRow> waiting = List.of();
        try {
            Set<RowField.Column> columns = KafkaDoctor.columns(outbox.routing());
            waiting = ring ? doctor.waiting(outbox, columns) : PlainDoctor.waiting(outbox, columns);
        } catch (RelayException e) {
            findings.add(Finding.warn(
                    "topics",
                    "which topics rows wait for is not known: " + ErrorLine.of(e),
                    "remove the cause, then examine again"));
        }
        findings.addAll(KafkaDoctor.examine(outbox, waiting, waiting.size() < Sample.MOST));
        return findings;
    }

    private static Finding reached(KafkaSettings kafka) {
        try {
            KafkaCheck.reach(kafka).toCompletableFuture().join();
            return Finding.ok("kafka", kafka.bootstrapServers() + " answers");
        } catch (RuntimeException e) {
            return Finding.fail(
                    "kafka",
                    ErrorLine.of(RelayException.of(e)),
                    "check kafka.bootstrap-servers and kafka.properties, and that the brokers can be reached from here");
        }
    }

    private void printLines(List<Examined> examined) {
        PrintWriter out = spec.commandLine().getOut();
        String subject = "";
        for (Examined one : examined) {
            if (!subject.equals(one.subject())) {
                subject = one.subject();
                out.println(subject);
            }
            Finding finding = one.finding();
            String advice = finding.advice().isEmpty() ? "" : " -> " + finding.advice();
            out.printf("  %-4s  %s: %s%s%n", label(finding.level()), finding.check(), finding.detail(), advice);
        }
        out.flush();
    }

    /** What is fine should not shout. */
    private static String label(Finding.Level level) {
        return level == Finding.Level.OK ? "ok" : level.name();
    }

    private void printJson(List<Examined> examined) throws JsonProcessingException {
        List<Map<String, String>> list = new ArrayList<>();
        for (Examined one : examined) {
            Finding finding = one.finding();
            Map<String, String> fields = new LinkedHashMap<>();
            fields.put("subject", one.subject());
            fields.put("check", finding.check());
            fields.put("level", finding.level().name().toLowerCase(Locale.ROOT));
            fields.put("detail", finding.detail());
            fields.put("advice", finding.advice());
            list.add(fields);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(
                new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(list));
        out.flush();
    }
}
