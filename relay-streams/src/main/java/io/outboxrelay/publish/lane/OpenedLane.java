package io.outboxrelay.publish.lane;

import io.outboxrelay.fault.RelayException;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;

/** A producer under a new id whose first transaction, an empty position record, is committed. */
record OpenedLane(String id, KafkaProducer<byte[], byte[]> producer, int positionPartition) {

    /**
     * Examines the position topic before the producer touches it, which would block for long on a missing one. Blocks.
     *
     * @throws RelayException if there is no lane to be had
     */
    static OpenedLane open(LaneSettings settings, LaneFaults faults) {
        String id = settings.lanePrefix() + UUID.randomUUID();
        String what = "open lane " + id + " at " + settings.kafka().bootstrapServers();
        try {
            Map<String, Object> properties = LaneProperties.producer(settings, id);
            int partitions;
            try (Admin admin = Admin.create(LaneProperties.admin(settings))) {
                partitions = new PositionTopic(settings, faults, admin).prepare();
            }
            KafkaProducer<byte[], byte[]> producer = new CountedProducer(properties);
            return begin(settings, faults, new OpenedLane(id, producer, PositionTopic.partition(id, partitions)));
        } catch (RuntimeException e) {
            throw faults.ofPositions(what, e);
        }
    }

    private static OpenedLane begin(LaneSettings settings, LaneFaults faults, OpenedLane lane) {
        LaneTransaction first = new LaneTransaction(lane.producer(), faults, lane.id());
        try {
            lane.producer().initTransactions();
            first.begin();
            first.sendPositions(
                    TransactionLane.positionRecord(settings, lane.id(), lane.positionPartition(), Map.of()));
            first.commit();
            return lane;
        } catch (RuntimeException e) {
            RelayException cause = first.cause(e);
            lane.producer().close(settings.closeWithin());
            throw cause;
        }
    }
}
