package io.outboxrelay.simulation;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One node's connections to the database. A call takes its time there and back; it may fail before it is done, or after,
 * so that nobody knows that it was done; of a node that dies, calls under way are done or not.
 */
final class DatabaseLink {
    private final World world;
    private final SimulatedNode node;

    DatabaseLink(World world, SimulatedNode node) {
        this.world = world;
        this.node = node;
    }

    <T> CompletionStage<T> call(String what, Supplier<CompletionStage<T>> work) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (node.isDead()) {
            return answer;
        }
        world.timeline().after(world.luck().delayMillis(), () -> reached(what, work, answer));
        return answer;
    }

    private <T> void reached(String what, Supplier<CompletionStage<T>> work, CompletableFuture<T> answer) {
        if (node.isDead() && world.luck().percent(50)) {
            return;
        }
        if (world.database().isDown() || world.luck().trouble(1.5)) {
            world.trace().note("database call failed", node + " " + what);
            fail(what, answer);
            return;
        }
        world.trace().note(node + " " + what);
        work.get().whenComplete((value, failure) -> done(what, value, failure, answer));
    }

    private <T> void done(String what, @Nullable T value, @Nullable Throwable failure, CompletableFuture<T> answer) {
        if (failure != null) {
            RelayException error = RelayException.of(failure);
            world.trace().note("database call refused: " + error.fault(), node + " " + what);
            back(() -> answer.completeExceptionally(error));
        } else if (world.luck().trouble(1)) {
            world.trace().note("answer of the database lost", node + " " + what);
            fail(what, answer);
        } else {
            back(() -> answer.complete(value));
        }
    }

    private void fail(String what, CompletableFuture<?> answer) {
        Fault fault = world.luck().percent(10) ? Fault.MISCONFIGURED : Fault.TRANSIENT;
        back(() -> answer.completeExceptionally(new RelayException(fault, "simulated failure of " + what)));
    }

    private void back(Runnable arrival) {
        world.timeline().after(world.luck().delayMillis(), () -> node.enter(arrival));
    }
}
