package io.outboxrelay.sandbox;

import org.apache.kafka.common.security.auth.AuthenticationContext;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder;

/**
 * Gives controllers a name of their own among each other, so that they may vote before any rights are known, while clients
 * stay nobody in particular and can be denied things.
 */
public final class ControllerPrincipal extends DefaultKafkaPrincipalBuilder {
    static final String NAME = "controller";

    /** For Kafka, which makes it by its class name. */
    @SuppressWarnings("NullAway") // neither Kerberos nor TLS is used here
    public ControllerPrincipal() {
        super(null, null);
    }

    @Override
    public KafkaPrincipal build(AuthenticationContext context) {
        return context.listenerName().equals(BrokerSettings.CONTROLLER_LISTENER)
                ? new KafkaPrincipal(KafkaPrincipal.USER_TYPE, NAME)
                : super.build(context);
    }
}
