package io.outboxrelay.store.postgres

import org.scalatest.funspec.AnyFunSpec
import org.scalatest.matchers.should.Matchers

/** Compares snapshots with plain sets of the transactions they see. */
class SnapshotSpec extends AnyFunSpec with Matchers with SampleSnapshots {

  describe("the text of a snapshot") {
    it("is read and written back as PostgreSQL writes it") {
      forSamples(1000) { random =>
        val snapshot = anySnapshot(random)
        Snapshot.parse(snapshot.toString) shouldBe snapshot
        Snapshot.parse(snapshot.toString).hashCode shouldBe snapshot.hashCode
      }
      for (text <- Seq("3:3:", "10:20:10,14,15", s"${Long.MaxValue - 1}:${Long.MaxValue}:"))
        Snapshot.parse(text).toString shouldBe text
    }

    it("is refused, and shown, where it is none") {
      val wrong = Seq(
        "", "3", "3:3", "3:3:x", ":3:", "3::", "0:3:", "-1:3:", "5:3:", "3:9:9", "3:9:2", "3:9:5,4", "3:9:4,4",
        "3:9:4,", "3:3::", "99999999999999999999:99999999999999999999:"
      )
      for (text <- wrong) withClue(s"'$text': ") {
        val refusal = the[IllegalArgumentException] thrownBy Snapshot.parse(text)
        refusal.getMessage should include(s"'$text'")
      }
    }
  }

  describe("a snapshot") {
    it("sees what is below xmin, and below xmax what was not running") {
      val snapshot = Snapshot.parse("10:20:10,14")
      (1L to 25L).filter(snapshot.sees) shouldBe ((1L to 9L) ++ Seq(11L, 12L, 13L) ++ (15L to 19L))
    }

    it("covers another only if it sees all that the other sees") {
      forSamples(5000) { random =>
        val (one, other) = (anySnapshot(random), anySnapshot(random))
        if (one.covers(other)) (seen(other) -- seen(one)) shouldBe empty
        if (one.xmax >= other.xmax) one.covers(other) shouldBe seen(other).subsetOf(seen(one))
      }
    }

    it("covers itself, what was taken before it, and nothing taken after more had committed") {
      forSamples(2000) { random =>
        val earlier = anySnapshot(random)
        val later = laterThan(earlier, random)
        earlier.covers(earlier) shouldBe true
        later.covers(earlier) shouldBe true
        earlier.covers(later) shouldBe false
        later.covers(Snapshot.NOTHING) shouldBe true
      }
    }

    it("names the transactions that came to light before a later one") {
      forSamples(2000) { random =>
        val earlier = anySnapshot(random)
        val later = laterThan(earlier, random)
        val below = seen(later).diff(seen(earlier)).filter(_ < earlier.xmax)
        earlier.runningHereButNotIn(later).toSet shouldBe below
      }
    }

    it("does not change when the array it handed out does") {
      val snapshot = Snapshot.parse("10:20:10,14")
      snapshot.running()(0) = 99
      snapshot.toString shouldBe "10:20:10,14"
    }
  }
}
