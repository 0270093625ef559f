package io.outboxrelay.bench;

import io.outboxrelay.model.Chunk;
import io.outboxrelay.publish.Delivery;
import io.outboxrelay.publish.Gate;
import io.outboxrelay.publish.Publisher;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;

/**
 * What delivery numbers that never change would need: before rows are handed over, it is on the database's disk where
 * their interval ends. One transaction serves all that wait; that entries have to be read and removed again is left out.
 */
final class Boundaries implements Publisher {
    static final String TABLE = "bench_boundary";

    private final Connection connection;
    private final BlockingQueue<Waiting> queue = new LinkedBlockingQueue<>();
    private final Thread thread = new Thread(this::write, "boundaries");
    private volatile boolean closed;
    private final AtomicLong transactions = new AtomicLong();

    private record Waiting(Chunk chunk, CompletableFuture<Delivery> written) {}

    Boundaries(Connection connection) throws SQLException {
        this.connection = connection;
        connection.setAutoCommit(false);
        thread.start();
    }

    @Override
    public Flow<Chunk, Delivery, NotUsed> flow(Gate gate) {
        return Flow.of(Chunk.class).mapAsync(256, chunk -> {
            Waiting waiting = new Waiting(chunk, new CompletableFuture<>());
            queue.add(waiting);
            return waiting.written();
        });
    }

    long transactions() {
        return transactions.get();
    }

    private void write() {
        List<Waiting> together = new ArrayList<>();
        try (PreparedStatement insert = connection.prepareStatement("insert into " + TABLE + " values (?, ?)")) {
            while (!closed) {
                together.clear();
                together.add(queue.take());
                queue.drainTo(together);
                for (Waiting one : together) {
                    insert.setInt(1, one.chunk().shard().number());
                    insert.setString(2, one.chunk().end().text());
                    insert.addBatch();
                }
                insert.executeBatch();
                connection.commit();
                transactions.incrementAndGet();
                together.forEach(one -> one.written().complete(new Delivery(one.chunk(), List.of())));
            }
        } catch (SQLException e) {
            together.forEach(one -> one.written().completeExceptionally(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public CompletionStage<Done> close() {
        closed = true;
        thread.interrupt();
        return CompletableFuture.completedFuture(Done.getInstance());
    }
}
