package io.outboxrelay.publish.lane;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.ShardId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the last committed position record of a lane that is fenced. A partition's end is asked for first; a reader of
 * committed records arrives there only when every transaction below it is over. All calls block.
 */
final class PositionReader {
    /** How many offsets before the end are read first; each further stretch is ten times as long. */
    private static final long FIRST_STRETCH = 200;

    private static final Duration POLL = Duration.ofMillis(200);

    private final LaneSettings settings;
    private final LaneFaults faults;
    private final long deadlineNanos;

    PositionReader(LaneSettings settings, LaneFaults faults) {
        this.settings = settings;
        this.faults = faults;
        this.deadlineNanos = System.nanoTime() + settings.fenceWithin().toNanos();
    }

    /** Nothing if no partition has a record of the lane, or the topic does not exist. */
    Optional<Map<ShardId, Carried>> lastOf(String laneId) {
        String what = "read the last position of lane " + laneId + " in topic " + settings.positionTopic();
        try (Admin admin = Admin.create(LaneProperties.admin(settings));
                KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                        LaneProperties.consumer(settings), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            for (TopicPartition partition : likeliestFirst(consumer, laneId)) {
                ConsumerRecord<byte[], byte[]> found = lastIn(partition, admin, consumer, laneId);
                if (found != null) {
                    return Optional.of(decoded(found, what));
                }
            }
            return Optional.empty();
        } catch (UnknownTopicOrPartitionException e) {
            return Optional.empty();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return Optional.empty();
            }
            throw faults.ofPositions(what, e);
        } catch (RuntimeException e) {
            throw faults.ofPositions(what, e);
        }
    }

    /** Partitions may have been added since the lane chose one. */
    private List<TopicPartition> likeliestFirst(KafkaConsumer<byte[], byte[]> consumer, String laneId) {
        List<PartitionInfo> infos = consumer.partitionsFor(settings.positionTopic());
        if (infos == null || infos.isEmpty()) {
            return List.of();
        }
        int likeliest = PositionTopic.partition(laneId, infos.size());
        List<TopicPartition> partitions = new ArrayList<>();
        partitions.add(new TopicPartition(settings.positionTopic(), likeliest));
        for (PartitionInfo info : infos) {
            if (info.partition() != likeliest) {
                partitions.add(new TopicPartition(info.topic(), info.partition()));
            }
        }
        return partitions;
    }

    private @Nullable ConsumerRecord<byte[], byte[]> lastIn(
            TopicPartition partition, Admin admin, KafkaConsumer<byte[], byte[]> consumer, String laneId)
            throws ExecutionException {
        long start = offset(admin, partition, OffsetSpec.earliest());
        long end = offset(admin, partition, OffsetSpec.latest());
        byte[] key = laneId.getBytes(StandardCharsets.UTF_8);
        consumer.assign(List.of(partition));
        long until = end;
        for (long stretch = FIRST_STRETCH; until > start; stretch *= 10) {
            long from = Math.max(start, until - stretch);
            ConsumerRecord<byte[], byte[]> found = lastWithin(from, until, partition, consumer, key);
            if (found != null) {
                return found;
            }
            until = from;
        }
        return null;
    }

    /** The offset behind everything written, committed or not, for `latest`. */
    private static long offset(Admin admin, TopicPartition partition, OffsetSpec which) throws ExecutionException {
        return PositionTopic.get(admin.listOffsets(
                                Map.of(partition, which), new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED))
                        .partitionResult(partition))
                .offset();
    }

    private @Nullable ConsumerRecord<byte[], byte[]> lastWithin(
            long from, long until, TopicPartition partition, KafkaConsumer<byte[], byte[]> consumer, byte[] key) {
        ConsumerRecord<byte[], byte[]> last = null;
        consumer.seek(partition, from);
        while (consumer.position(partition) < until) {
            for (ConsumerRecord<byte[], byte[]> found : consumer.poll(POLL)) {
                if (found.offset() < until && Arrays.equals(found.key(), key)) {
                    last = found;
                }
            }
            if (System.nanoTime() > deadlineNanos) {
                throw new RelayException(
                        Fault.TRANSIENT,
                        "topic " + partition + " was read up to offset " + consumer.position(partition)
                                + " of " + until + " within " + settings.fenceWithin()
                                + "; an open transaction of another lane may be in the way");
            }
        }
        return last;
    }

    private Map<ShardId, Carried> decoded(ConsumerRecord<byte[], byte[]> found, String what) {
        byte[] value = found.value();
        String place = what + ": the record at offset " + found.offset() + " of partition " + found.partition();
        if (value == null) {
            throw new RelayException(Fault.MISCONFIGURED, place + " is a tombstone, which the relay does not write");
        }
        try {
            return PositionRecord.decode(value);
        } catch (IllegalArgumentException e) {
            throw new RelayException(Fault.MISCONFIGURED, place + " cannot be read: " + e.getMessage(), e);
        }
    }
}
