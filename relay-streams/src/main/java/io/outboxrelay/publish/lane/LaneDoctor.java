package io.outboxrelay.publish.lane;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.store.Finding;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FenceProducersOptions;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidTxnTimeoutException;

/** Examines what exactly-once needs of Kafka. Changes nothing; blocking. */
public final class LaneDoctor {
    private static final int ASKING_SECONDS = 10;
    private static final int SAFE_REPLICAS = 2;

    private final LaneSettings settings;
    private final LaneFaults faults;

    private LaneDoctor(LaneSettings settings, LaneFaults faults) {
        this.settings = settings;
        this.faults = faults;
    }

    /** One finding for each check. */
    public static List<Finding> examine(LaneSettings settings, FaultClassifier classifier) {
        LaneDoctor doctor = new LaneDoctor(settings, new LaneFaults(classifier));
        return List.of(checked("position topic", doctor::positions), checked("transactions", doctor::transactions));
    }

    private static Finding checked(String check, Supplier<Finding> look) {
        try {
            return look.get();
        } catch (RelayException e) {
            return Finding.fail(check, String.valueOf(e.getMessage()), "exactly-once needs it; see docs/operations.md");
        }
    }

    private Finding positions() {
        String check = "position topic";
        try (Admin admin = Admin.create(LaneProperties.admin(settings))) {
            PositionTopic.Found found = new PositionTopic(settings, faults, admin).examine();
            String topic = settings.positionTopic();
            if (found == null) {
                return Finding.ok(check, topic + " does not exist; the first node creates it");
            }
            if (!found.cleanupKnown()) {
                return Finding.warn(
                        check,
                        "whether " + topic + " is compacted cannot be seen: DESCRIBE_CONFIGS is not granted",
                        "grant it, or make sure that its cleanup.policy is compact");
            }
            return found.replicas() < SAFE_REPLICAS && found.brokers() >= SAFE_REPLICAS
                    ? Finding.warn(
                            check,
                            topic + " has one replica, and there are " + found.brokers() + " brokers",
                            "give it three replicas: with its broker all positions would be lost")
                    : Finding.ok(
                            check,
                            topic + " is compacted, " + found.partitions() + " partitions, " + found.replicas()
                                    + " replicas");
        } catch (ExecutionException | KafkaException e) {
            throw faults.ofPositions("position topic " + settings.positionTopic(), e);
        }
    }

    /**
     * Asks for a transactional id with a timeout that no broker allows: Kafka looks at the right first, and keeps nothing
     * of what it refuses.
     */
    private Finding transactions() {
        String check = "transactions";
        String id = settings.lanePrefix() + "doctor";
        LaneProperties.producer(settings, id); // refuses properties that contradict exactly-once
        try (Admin admin = Admin.create(LaneProperties.admin(settings))) {
            admin.fenceProducers(List.of(id), new FenceProducersOptions().timeoutMs(Integer.MAX_VALUE))
                    .all()
                    .get(ASKING_SECONDS, TimeUnit.SECONDS);
            return allowed(check);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof InvalidTxnTimeoutException) {
                return allowed(check);
            }
            RelayException cause = faults.ofPositions("transactional id " + id, e);
            return Finding.fail(
                    check,
                    String.valueOf(cause.getMessage()),
                    "grant WRITE and DESCRIBE on transactional ids beginning with " + settings.lanePrefix());
        } catch (TimeoutException e) {
            throw new RelayException(
                    Fault.TRANSIENT,
                    "no transaction coordinator answered within " + ASKING_SECONDS + " s; see the brokers' logs",
                    e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private Finding allowed(String check) {
        return Finding.ok(check, "transactional ids beginning with " + settings.lanePrefix() + " may be used");
    }
}
