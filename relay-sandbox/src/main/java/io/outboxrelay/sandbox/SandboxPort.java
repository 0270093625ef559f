package io.outboxrelay.sandbox;

/** Ports for processes that are started beside the sandbox's servers. */
public final class SandboxPort {
    private SandboxPort() {}

    /** A free port on 127.0.0.1, never given out twice within this JVM. */
    public static int findFree() {
        return LoopbackPort.findFree();
    }
}
