package io.outboxrelay.http;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.RequestEntity;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.scaladsl.model.EntityStreamException;
import org.apache.pekko.http.scaladsl.model.EntityStreamSizeException;

/** Bodies of requests, within limits of size and time. */
record Bodies(ActorSystem<?> system) {
    private static final long NOTE_WITHIN_MILLIS = 1000;
    private static final long NOTE_BYTES = 4096;
    private static final long REPLAY_BYTES = 128 << 10;
    private static final long EDIT_WITHIN_MILLIS = 10_000;
    private static final long EDIT_BYTES = 4 << 20;

    /** Who and why, which may be in the body; fails with Refused. */
    CompletionStage<ChangeNote> note(Call call) {
        return text(call.request().entity(), NOTE_WITHIN_MILLIS, NOTE_BYTES).thenApply(call::note);
    }

    /** What to change about a row; fails with Refused. */
    CompletionStage<EditBody> edit(Call call) {
        return text(call.request().entity(), EDIT_WITHIN_MILLIS, EDIT_BYTES).thenApply(EditBody::read);
    }

    /** Which events to send again, which may be in the body; fails with Refused. */
    CompletionStage<ReplayBody> replay(Call call) {
        return text(call.request().entity(), NOTE_WITHIN_MILLIS, REPLAY_BYTES)
                .thenApply(body -> ReplayBody.read(call.request().getUri().query(), body));
    }

    /** Browsers may send anything but JSON to other sites unasked, so nothing else is read. */
    private CompletionStage<String> text(RequestEntity entity, long withinMillis, long maxBytes) {
        if (entity.isKnownEmpty()) {
            return CompletableFuture.completedFuture("");
        }
        if (!entity.getContentType().equals(ContentTypes.APPLICATION_JSON)) {
            throw new Refused(
                    StatusCodes.UNSUPPORTED_MEDIA_TYPE,
                    "content type " + entity.getContentType() + " is not read here, legal: application/json");
        }
        return entity.withSizeLimit(maxBytes)
                .toStrict(withinMillis, maxBytes, system)
                .thenApply(strict -> strict.getData().utf8String())
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(
                        unread(OutboxRoutes.unwrapped(failure), withinMillis, maxBytes)));
    }

    private static Throwable unread(Throwable failure, long withinMillis, long maxBytes) {
        if (failure instanceof TimeoutException) {
            return new Refused(
                    StatusCodes.REQUEST_TIMEOUT,
                    "the body did not arrive in time, legal: within " + withinMillis + " ms");
        }
        boolean tooLarge = failure instanceof EntityStreamSizeException || failure instanceof EntityStreamException;
        return tooLarge
                ? new Refused(
                        StatusCodes.CONTENT_TOO_LARGE,
                        "the body is larger than is read here, legal: 0 to " + maxBytes + " bytes")
                : failure;
    }
}
