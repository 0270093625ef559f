package io.outboxrelay.sandbox;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A program that starts both servers, says so, and never ends by itself. */
final class SandboxUntilKilled {
    private SandboxUntilKilled() {}

    public static void main(String[] arguments) throws InterruptedException {
        Path parent = Path.of(arguments[0]);
        SandboxPostgres postgres = SandboxPostgres.start(parent);
        SandboxKafka kafka = SandboxKafka.start(parent);
        System.out.println("READY " + postgres.port() + " " + kafka.bootstrapServers());
        new CountDownLatch(1).await();
    }
}
