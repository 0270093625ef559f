package io.outboxrelay.graph

import java.time.Duration

import scala.util.Random

import io.outboxrelay.SeededChecks
import org.scalatest.funspec.AnyFunSpec
import org.scalatest.matchers.should.Matchers

class BackoffSpec extends AnyFunSpec with Matchers with SeededChecks {
  private val backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(10))

  describe("a pause") {
    it("starts at min and doubles until it is max") {
      val pauses = (1 to 8).map(failures => backoff.pause(failures, 1).toMillis)
      pauses shouldBe Seq(200, 400, 800, 1600, 3200, 6400, 10000, 10000)
    }

    it("falls into the last fifth of its length") {
      backoff.pause(1, 0) shouldBe Duration.ofMillis(160)
      backoff.pause(1, 0.5) shouldBe Duration.ofMillis(180)
      backoff.pause(1, 1) shouldBe Duration.ofMillis(200)
    }

    it("never exceeds max nor falls below four fifths of min, whatever the number of failures") {
      forSamples(5000) { random =>
        val chosen = anyBackoff(random)
        val pause = chosen.pause(anyFailures(random), random.nextDouble())
        pause.compareTo(chosen.max) should be <= 0
        pause.toNanos should be >= (chosen.min.toNanos * 0.8).toLong
      }
    }

    it("never becomes shorter with another failure") {
      forSamples(2000) { random =>
        val chosen = anyBackoff(random)
        val spread = random.nextDouble()
        val pauses = (1 to 80).map(failures => chosen.pause(failures, spread))
        pauses.sliding(2).foreach(pair => pair(1).compareTo(pair(0)) should be >= 0)
        pauses.last.toNanos.toDouble shouldBe (chosen.max.toNanos * (0.8 + 0.2 * spread)) +- 1.0
      }
    }

    it("grows with the spread") {
      forSamples(2000) { random =>
        val chosen = anyBackoff(random)
        val failures = anyFailures(random)
        val spreads = Seq(random.nextDouble(), random.nextDouble())
        chosen.pause(failures, spreads.min).compareTo(chosen.pause(failures, spreads.max)) should be <= 0
      }
    }

    it("is different for shards that failed together") {
      val random = new Random(7)
      (1 to 100).map(_ => backoff.pause(3, random.nextDouble())).distinct.size should be > 90
    }
  }

  describe("what makes no sense") {
    it("is refused: no failures, or a spread outside 0 to 1") {
      for ((failures, spread) <- Seq((0, 0.5), (-1, 0.5), (1, -0.1), (1, 1.1)))
        an[IllegalArgumentException] should be thrownBy backoff.pause(failures, spread)
    }

    it("is refused: min not above zero, or max below min") {
      for ((min, max) <- Seq((0L, 10L), (-1L, 10L), (10L, 9L)))
        an[IllegalArgumentException] should be thrownBy
          new Backoff(Duration.ofMillis(min), Duration.ofMillis(max))
    }
  }

  private def anyFailures(random: Random): Int =
    if (random.nextBoolean()) 1 + random.nextInt(40) else 1 + random.nextInt(Int.MaxValue)

  private def anyBackoff(random: Random): Backoff = {
    val min = 1 + random.nextInt(60000)
    new Backoff(Duration.ofMillis(min.toLong), Duration.ofMillis(min.toLong + random.nextInt(600000)))
  }
}
