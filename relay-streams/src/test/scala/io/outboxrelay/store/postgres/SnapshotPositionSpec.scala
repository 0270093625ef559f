package io.outboxrelay.store.postgres

import scala.util.Random

import org.scalatest.funspec.AnyFunSpec
import org.scalatest.matchers.should.Matchers

/** Compares positions with plain sets of the rows, (xid, seq), that they acknowledge. */
class SnapshotPositionSpec extends AnyFunSpec with Matchers with SampleSnapshots {
  private val lastSeq = 12L

  describe("a position") {
    it("is shown as its snapshots and the cursor") {
      SnapshotPosition.START.toString shouldBe "3:3:"
      new SnapshotPosition(Snapshot.parse("5:5:"), Snapshot.parse("6:9:6"), 41).toString shouldBe "5:5:>6:9:6@41"
    }

    it("refuses a cursor without an interval, a negative one, and an interval that runs backwards") {
      val (early, late) = (Snapshot.parse("5:5:"), Snapshot.parse("9:9:"))
      an[IllegalArgumentException] should be thrownBy new SnapshotPosition(early, null, 1)
      an[IllegalArgumentException] should be thrownBy new SnapshotPosition(early, late, -1)
      an[IllegalArgumentException] should be thrownBy new SnapshotPosition(late, early, 1)
      new SnapshotPosition(early, late, 0).seq shouldBe 0
    }

    it("covers another only if it acknowledges every row that the other does") {
      forSamples(2000) { random =>
        val (one, other) = (anyPosition(random), anyPosition(random))
        if (one.covers(other)) (acknowledged(other) -- acknowledged(one)) shouldBe empty
      }
    }

    it("covers itself and the start") {
      forSamples(1000) { random =>
        val position = anyPosition(random)
        position.covers(position) shouldBe true
        position.covers(SnapshotPosition.START) shouldBe true
      }
    }
  }

  describe("reading on") {
    it("passes positions of which each covers all before it, and acknowledges more and more") {
      forSamples(100) { random =>
        val path = reading(random).map(position => (position, acknowledged(position)))
        for (((position, rows), index) <- path.zipWithIndex; (before, rowsBefore) <- path.take(index)) {
          withClue(s"$before, then $position: ")(position.covers(before) shouldBe true)
          rowsBefore.subsetOf(rows) shouldBe true
          before.covers(position) shouldBe false
        }
      }
    }
  }

  private def acknowledged(position: SnapshotPosition): Set[(Long, Long)] =
    (for {
      xid <- 1L to lastXid
      seq <- 1L to lastSeq
      if position.prev.sees(xid) || (position.cur != null && position.cur.sees(xid) && seq <= position.seq)
    } yield (xid, seq)).toSet

  private def anyPosition(random: Random): SnapshotPosition = {
    val prev = anySnapshot(random)
    if (random.nextBoolean()) SnapshotPosition.after(prev)
    else new SnapshotPosition(prev, laterThan(prev, random), random.nextInt(lastSeq.toInt).toLong)
  }

  /** Positions along three intervals, each with a few cursors. */
  private def reading(random: Random): Seq[SnapshotPosition] = {
    val snapshots = Iterator.iterate(anySnapshot(random))(laterThan(_, random)).take(4).toSeq
    snapshots.zip(snapshots.drop(1)).flatMap { case (prev, cur) =>
      val cursors = Seq.fill(3)(random.nextInt(lastSeq.toInt).toLong).distinct.sorted
      SnapshotPosition.after(prev) +: cursors.map(new SnapshotPosition(prev, cur, _))
    }
  }
}
