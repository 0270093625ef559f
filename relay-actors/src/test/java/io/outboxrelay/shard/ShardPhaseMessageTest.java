package io.outboxrelay.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.RetrySettings;
import io.outboxrelay.shard.ShardActor.Alarm;
import io.outboxrelay.shard.ShardActor.BacklogKnown;
import io.outboxrelay.shard.ShardActor.ClaimFailed;
import io.outboxrelay.shard.ShardActor.Claimed;
import io.outboxrelay.shard.ShardActor.Command;
import io.outboxrelay.shard.ShardActor.GetPhase;
import io.outboxrelay.shard.ShardActor.GetStatus;
import io.outboxrelay.shard.ShardActor.Keep;
import io.outboxrelay.shard.ShardActor.Order;
import io.outboxrelay.shard.ShardActor.PhaseIs;
import io.outboxrelay.shard.ShardActor.Released;
import io.outboxrelay.shard.ShardActor.Restart;
import io.outboxrelay.shard.ShardActor.Restarting;
import io.outboxrelay.shard.ShardActor.StreamEnded;
import io.outboxrelay.testkit.InMemoryOutboxStore;
import io.outboxrelay.testkit.InMemoryOutboxStore.Operation;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.actor.UnhandledMessage;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every message has a declared answer in every phase: it is taken, or it cannot come and is reported as unhandled. */
class ShardPhaseMessageTest {
    private static final ActorTestKit KIT = ShardRig.newKit("ShardPhaseMessageTest");
    private static final Duration SOON = Duration.ofMillis(200);
    private static final OutboxSettings SETTINGS = TestSettings.outbox(
            "orders", new RetrySettings(Duration.ofMinutes(1), Duration.ofMinutes(1)), ShardRig.LIMIT);
    private static final long OTHER_EPOCH = 999;
    private static final Claim CLAIM = InMemoryOutboxStore.withShards("orders", 1)
            .claim(new ShardId("orders", 0))
            .toCompletableFuture()
            .join();
    private static final RelayException ERROR = new RelayException(Fault.TRANSIENT, "planned");

    /** What an actor is doing, one entry for each of its behaviors. */
    private enum Doing {
        WAITING,
        CLAIMING,
        RELAYING,
        DRAINING,
        RELEASING,
        RETRYING,
        PAUSED
    }

    private record Message(String name, Command command) {}

    /** Messages that can only come while something particular is under way. */
    private static final Map<String, Set<Doing>> ONLY_IN = Map.of(
            "Claimed", Set.of(Doing.CLAIMING),
            "ClaimFailed", Set.of(Doing.CLAIMING),
            "RETRY", Set.of(Doing.RETRYING),
            "LIMIT", Set.of(Doing.CLAIMING, Doing.DRAINING, Doing.RELEASING),
            "SAMPLE", Set.of(Doing.RELAYING, Doing.DRAINING));

    /** Messages that are taken whatever the actor is doing. */
    private static final Set<String> ALWAYS = Set.of(
            "Keep running",
            "Keep paused",
            "GetStatus",
            "GetPhase",
            "DRAIN",
            "TRY_AGAIN",
            "Restart",
            "StreamEnded",
            "Released",
            "BacklogKnown");

    @AfterAll
    static void stopKit() {
        KIT.shutdownTestKit();
    }

    @TestFactory
    Stream<DynamicTest> everyMessageHasItsDeclaredAnswerInEveryPhase() {
        return Arrays.stream(Doing.values())
                .flatMap(doing -> messages().stream()
                        .map(message -> DynamicTest.dynamicTest(
                                message.name() + " while " + doing, () -> answersAsDeclared(doing, message))));
    }

    @Test
    void noKindOfMessageIsForgotten() {
        Set<Class<?>> sent =
                messages().stream().map(message -> kind(message.command())).collect(Collectors.toSet());
        assertThat(sent).containsExactlyInAnyOrder(Command.class.getPermittedSubclasses());
        Set<String> declared =
                Stream.concat(ONLY_IN.keySet().stream(), ALWAYS.stream()).collect(Collectors.toSet());
        assertThat(messages()).extracting(Message::name).containsExactlyInAnyOrderElementsOf(declared);
    }

    private static void answersAsDeclared(Doing doing, Message message) {
        TestProbe<UnhandledMessage> unhandled = KIT.createUnhandledMessageProbe();
        ShardRig rig = brought(doing);
        rig.actor.tell(message.command());
        if (ALWAYS.contains(message.name()) || ONLY_IN.get(message.name()).contains(doing)) {
            await().atMost(ShardRig.LIMIT).until(() -> isPast(rig));
            unhandled.expectNoMessage(Duration.ofMillis(20));
        } else {
            UnhandledMessage reported = unhandled.receiveMessage(ShardRig.LIMIT);
            assertThat(reported.getMessage()).isSameAs(message.command());
        }
        KIT.stop(rig.actor, ShardRig.LIMIT);
    }

    /** A later question was answered, or the actor is gone: what was sent before was looked at. */
    private static boolean isPast(ShardRig rig) {
        rig.actor.tell(new GetStatus(rig.statuses.ref()));
        return passes(() -> rig.statuses.receiveMessage(SOON))
                || passes(() -> rig.watcher.expectTerminated(rig.actor, SOON));
    }

    private static boolean passes(Runnable expectation) {
        try {
            expectation.run();
            return true;
        } catch (AssertionError e) {
            return false;
        }
    }

    private static ShardRig brought(Doing doing) {
        ShardRig rig = new ShardRig(KIT, SETTINGS);
        switch (doing) {
            case WAITING -> rig.reaches(Phase.WAITING);
            case CLAIMING -> {
                rig.store.holdClaims();
                rig.run().reaches(Phase.CLAIMING);
            }
            case RELAYING -> rig.run().reaches(Phase.RELAYING);
            case DRAINING -> {
                rig.publisher.holdAcks();
                rig.table.append("a", "1");
                rig.run().reaches(Phase.RELAYING);
                await().atMost(ShardRig.LIMIT).until(() -> rig.publisher.sentRows() == 1);
                rig.pause().reaches(Phase.DRAINING);
            }
            case RELEASING -> {
                rig.store.holdReleases();
                rig.run().reaches(Phase.RELAYING);
                rig.pause();
                await().atMost(ShardRig.LIMIT).until(rig.store::isReleasing);
            }
            case RETRYING -> {
                rig.table.failNext(Operation.CLAIM, ERROR);
                rig.run().reaches(Phase.RETRYING);
            }
            case PAUSED -> rig.pause().reaches(Phase.PAUSED);
        }
        return rig;
    }

    private static List<Message> messages() {
        ActorRef<ShardStatus> nobody = KIT.createTestProbe(ShardStatus.class).ref();
        return List.of(
                new Message("Keep running", new Keep(false, "", 0L)),
                new Message("Keep paused", new Keep(true, "paused by ann", 0L)),
                new Message("GetStatus", new GetStatus(nobody)),
                new Message(
                        "GetPhase",
                        new GetPhase(KIT.createTestProbe(PhaseIs.class).ref())),
                new Message("DRAIN", Order.DRAIN),
                new Message("TRY_AGAIN", Order.TRY_AGAIN),
                new Message(
                        "Restart",
                        new Restart(KIT.createTestProbe(Restarting.class).ref())),
                new Message("RETRY", Alarm.RETRY),
                new Message("LIMIT", Alarm.LIMIT),
                new Message("SAMPLE", Alarm.SAMPLE),
                new Message("Claimed", new Claimed(CLAIM)),
                new Message("ClaimFailed", new ClaimFailed(ERROR)),
                new Message("StreamEnded", new StreamEnded(OTHER_EPOCH, null)),
                new Message("Released", new Released(OTHER_EPOCH, null)),
                new Message("BacklogKnown", new BacklogKnown(nobody, null, null)));
    }

    private static Class<?> kind(Command command) {
        return command instanceof Enum<?> constant ? constant.getDeclaringClass() : command.getClass();
    }
}
