package io.outboxrelay.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.model.Aggregate;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.store.OutboxAdmin.Decision;
import io.outboxrelay.store.ParkedDetail;
import io.outboxrelay.store.ParkedEdit;
import io.outboxrelay.store.ParkedEdit.Outcome;
import io.outboxrelay.store.ParkedEdit.To;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.Test;

/** What every store promises of a row that a person changes before it is tried again. */
public abstract class EditContract extends ParkContract {
    private static final byte[] OTHER = {0, (byte) 0xff, 'x'};

    private static ParkedEdit payload(byte[] bytes) {
        return new ParkedEdit(new To<>(bytes), null, null, null);
    }

    private ParkedEdit.Result edit(OutboxRow row, ParkedEdit edit) {
        return get(fixture.admin().edit(row.id(), edit));
    }

    private ParkedDetail detail(OutboxRow row) {
        return get(fixture.admin().parkedRow(row.id())).orElseThrow();
    }

    /** What the shard's next owner reads first. */
    private OutboxRow firstOf(Claim claim, int rows) {
        List<Chunk> released = get(fixture.otherNode().released(claim).runWith(Sink.seq(), materializer()));
        List<OutboxRow> found = new ArrayList<>(ChunkProbe.rowsOf(released));
        if (found.isEmpty()) {
            found.addAll(readElsewhere(claim).rows(rows));
        }
        return found.get(0);
    }

    @Test
    void anEditedRowWaitsOnAndIsThenReadAsItWasChanged() {
        OutboxRow row = parkThreeOfFour().get(0);
        assertThat(edit(row, payload(OTHER))).isEqualTo(ParkedEdit.Result.DONE);
        assertThat(edit(row, new ParkedEdit(null, null, "invoices", "Retyped"))).isEqualTo(ParkedEdit.Result.DONE);
        assertThat(detail(row).row().state()).isEqualTo("refused");
        assertThat(detail(row).row().aggregateType()).isEqualTo("invoices");
        assertThat(get(store().parked(claim(0))).blocked()).containsExactly(new Aggregate("invoices", key(0, 0)));
        assertThat(get(fixture.admin().decide(Decision.RELEASE, List.of(row.id()))))
                .hasSize(1);
        OutboxRow read = firstOf(claimElsewhere(0), 3);
        assertThat(read.id()).isEqualTo(row.id());
        assertThat(read.payload()).isEqualTo(OTHER);
        assertThat(read.aggregateType()).isEqualTo("invoices");
        assertThat(read.aggregateId()).isEqualTo(row.aggregateId());
        assertThat(read.type()).isEqualTo("Retyped");
    }

    @Test
    void aPayloadCanBecomeNull() {
        OutboxRow row = parkThreeOfFour().get(0);
        assertThat(edit(row, payload(null))).isEqualTo(ParkedEdit.Result.DONE);
        assertThat(detail(row).bytes()).doesNotContainKey(ParkedEdit.PAYLOAD).containsKey(ParkedEdit.TYPE);
        get(fixture.admin().decide(Decision.RELEASE, List.of(row.id())));
        assertThat(firstOf(claimElsewhere(0), 3).payload()).isNull();
    }

    @Test
    void oneParkedRowIsShownWithTheSizesOfItsFields() {
        OutboxRow row = parkThreeOfFour().get(0);
        assertThat(detail(row).row().event()).isEqualTo(row.id());
        assertThat(detail(row).row().reason()).isEqualTo("too large");
        assertThat(detail(row).row().payloadBytes()).isEqualTo(1);
        assertThat(detail(row).bytes())
                .containsEntry(ParkedEdit.PAYLOAD, 1L)
                .containsEntry(ParkedEdit.AGGREGATE_TYPE, (long) "orders".length())
                .containsEntry(ParkedEdit.TYPE, (long) "Tested".length())
                .doesNotContainKey(ParkedEdit.HEADERS);
        assertThat(get(fixture.admin().parkedRow("none"))).isEmpty();
    }

    @Test
    void headersAreChangedWhereThereIsAColumnForThem() {
        OutboxRow row = parkThreeOfFour().get(0);
        ParkedEdit.Result result = edit(row, new ParkedEdit(null, new To<>("{\"tenant\": \"söme\"}"), null, null));
        if (!fixture.keepsHeaders()) {
            assertThat(result.outcome()).isEqualTo(Outcome.REFUSED);
            assertThat(result.reason()).contains("no column for headers");
            return;
        }
        assertThat(result).isEqualTo(ParkedEdit.Result.DONE);
        get(fixture.admin().decide(Decision.RELEASE, List.of(row.id())));
        assertThat(firstOf(claimElsewhere(0), 3).headers()).contains("tenant", "söme");
    }

    @Test
    void onlyARowThatWaitsForADecisionIsChanged() {
        List<OutboxRow> rows = parkThreeOfFour();
        assertThat(edit(rows.get(1), payload(OTHER)).outcome()).isEqualTo(Outcome.UNFIT);
        assertThat(edit(rows.get(1), payload(OTHER)).reason()).contains("waits", "legal for an edit: refused, passed");
        assertThat(edit(rows.get(2), payload(OTHER)).outcome()).isEqualTo(Outcome.NOT_PARKED);
        get(fixture.admin().decide(Decision.RELEASE, List.of(rows.get(0).id())));
        assertThat(edit(rows.get(0), payload(OTHER)).outcome()).isEqualTo(Outcome.UNFIT);
        assertThat(nextOwnerFinds()).containsExactly("1", "2", "3", "next");
    }

    @Test
    void aValueThatTheTableCannotHoldIsRefusedInWordsThatDoNotShowIt() {
        OutboxRow row = parkThreeOfFour().get(0);
        byte[] large = new byte[(1000 << 10) + 1];
        ParkedEdit.Result result = edit(row, new ParkedEdit(new To<>(large), null, null, "Retyped"));
        assertThat(result.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(result.reason()).contains("payload has 1024001 bytes, legal: 0 to 1024000");
        ParkedEdit.Result refused = edit(row, new ParkedEdit(null, null, "nul\0", null));
        if (refused.outcome() != Outcome.DONE) { // most databases know that character
            assertThat(refused.reason()).contains("aggregatetype", "SQLSTATE").doesNotContain("nul");
        }
        get(fixture.admin().decide(Decision.RELEASE, List.of(row.id())));
        assertThat(firstOf(claimElsewhere(0), 3).type()).isEqualTo("Tested");
        assertThat(new String(firstPayload(), StandardCharsets.UTF_8)).isEqualTo("1");
    }

    private byte[] firstPayload() {
        byte[] payload = firstOf(claimElsewhere(0), 3).payload();
        return payload == null ? new byte[0] : payload;
    }
}
