package io.outboxrelay.model

import java.nio.charset.StandardCharsets.UTF_8
import java.security.MessageDigest

import scala.jdk.CollectionConverters._

import io.outboxrelay.SeededChecks
import org.scalatest.funspec.AnyFunSpec
import org.scalatest.matchers.should.Matchers
import org.scalatest.prop.TableDrivenPropertyChecks

class SlotsSpec extends AnyFunSpec with Matchers with TableDrivenPropertyChecks with SeededChecks {

  describe("the slot of a key") {
    it("is the low ten bits of the first three digits of its md5") {
      val known = Table(
        ("key", "md5 begins with", "slot"),
        ("", "d41", 321),
        ("a", "0cc", 204),
        ("order-1", "6e7", 743),
        ("Köln", "2fc", 764)
      )
      forAll(known) { (key, digits, slot) =>
        md5(key) should startWith(digits)
        Slots.of(key) shouldBe slot
      }
    }

    it("equals a computation from the md5 text for any key, and is in range") {
      forSamples(2000) { random =>
        val key = random.nextString(random.nextInt(40))
        val slot = Slots.of(key)
        slot should (be >= 0 and be < Slots.COUNT)
        slot shouldBe Integer.parseInt(md5(key).take(3), 16) % 1024
      }
    }

    it("spreads keys over all slots") {
      val slots = (1 to 20000).map(n => Slots.of(s"order-$n")).toSet
      slots should have size 1024
    }
  }

  describe("splitting the slots") {
    it("covers every slot exactly once, in order, for every number of shards") {
      for (shards <- 1 to Slots.COUNT) withClue(s"$shards shards: ") {
        val ranges = Slots.split(shards).asScala
        ranges should have size shards.toLong
        ranges.flatMap(range => range.low to range.high) shouldBe (0 until Slots.COUNT)
      }
    }

    it("gives ranges whose sizes differ by at most one") {
      for (shards <- 1 to Slots.COUNT) withClue(s"$shards shards: ") {
        val sizes = Slots.split(shards).asScala.map(range => range.high - range.low + 1)
        (sizes.max - sizes.min) should be <= 1
      }
    }

    it("finds each key in exactly one range") {
      forSamples(500) { random =>
        val ranges = Slots.split(1 + random.nextInt(Slots.COUNT)).asScala
        val slot = Slots.of(random.nextString(8))
        ranges.count(_.contains(slot)) shouldBe 1
      }
    }

    it("refuses a number of shards outside 1 to 1024") {
      for (shards <- Seq(Int.MinValue, -1, 0, 1025, Int.MaxValue)) {
        val refusal = the[IllegalArgumentException] thrownBy Slots.split(shards)
        refusal.getMessage should (include(shards.toString) and include("1 to 1024"))
      }
    }
  }

  private def md5(text: String): String =
    MessageDigest.getInstance("MD5").digest(text.getBytes(UTF_8)).map(byte => f"$byte%02x").mkString
}
