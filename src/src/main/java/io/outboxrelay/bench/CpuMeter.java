package io.outboxrelay.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * CPU time of a process and of all it started, ended ones included, from Linux's {@code /proc/PID/stat} (proc(5)): user
 * and system time, in seconds.
 */
public final class CpuMeter {
    private static final double TICKS_PER_SECOND = 100;
    private static final int PARENT = 1;
    private static final int USER_TIME = 11;

    private final long root;
    private final double began;

    public CpuMeter(long root) {
        this.root = root;
        this.began = total();
    }

    /** The postmaster of the server that `backend` belongs to. */
    static long parentOf(long backend) {
        return Long.parseLong(fields(backend).get(PARENT));
    }

    /** Since the process began. */
    public static double totalOf(long root) {
        return new CpuMeter(root).began;
    }

    public double secondsSinceStart() {
        return total() - began;
    }

    private double total() {
        double ticks = 0;
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            for (Path process : processes.toList()) {
                String name = process.getFileName().toString();
                if (name.chars().allMatch(Character::isDigit)) {
                    ticks += ticksOf(Long.parseLong(name));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ticks / TICKS_PER_SECOND;
    }

    /** The root counts its ended children too; a living child counts for itself. */
    private double ticksOf(long pid) {
        List<String> fields = fields(pid);
        if (fields.isEmpty() || (pid != root && Long.parseLong(fields.get(PARENT)) != root)) {
            return 0;
        }
        int times = pid == root ? 4 : 2;
        return fields.subList(USER_TIME, USER_TIME + times).stream()
                .mapToLong(Long::parseLong)
                .sum();
    }

    /** The fields after the command's name; empty when the process has ended. */
    private static List<String> fields(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" "));
        } catch (IOException e) {
            return List.of(); // a process that ends while its file is read
        }
    }
}
