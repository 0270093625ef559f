package io.outboxrelay.forming;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.forming.Decision.Probe;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TcpProbeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void tellsAListenerFromAClosedPortAndFromAnUnknownName() throws IOException {
        int port;
        try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            port = listener.getLocalPort();
            assertThat(TcpProbe.of("127.0.0.1:" + port, PATIENCE).join()).isEqualTo(Probe.ANSWERS);
        }
        assertThat(TcpProbe.of("127.0.0.1:" + port, PATIENCE).join()).isEqualTo(Probe.REFUSED);
        assertThat(TcpProbe.of("no-such-host.invalid:1", PATIENCE).join()).isEqualTo(Probe.SILENT);
        assertThat(TcpProbe.of("nonsense", PATIENCE).join()).isEqualTo(Probe.SILENT);
    }
}
