package io.outboxrelay.store.postgres

import scala.jdk.CollectionConverters._
import scala.util.Random

import org.scalatest.funspec.AnyFunSpec
import org.scalatest.matchers.should.Matchers

import io.outboxrelay.model.{SlotRange, Slots}
import io.outboxrelay.store.postgres.ReshardPlan.{Ahead, Standing}

/** Compares plans with plain sets of the rows, (slot, xid, seq), that shards have acknowledged. */
class ReshardPlanSpec extends AnyFunSpec with Matchers with SampleSnapshots {
  private val lastSeq = 6L
  private val slots = Seq(0, 1, 100, 255, 256, 511, 512, 700, 1023)

  describe("dealing shards anew") {
    it("keeps exactly what was acknowledged, however often") {
      forSamples(60) { random =>
        var now = shards(1 + random.nextInt(6), random)
        for (_ <- 1 to 3) {
          val plan = ReshardPlan.of(now.asJava, 1 + random.nextInt(9)).shards.asScala.toSeq
          acknowledged(plan) shouldBe acknowledged(now)
          now = plan
        }
      }
    }

    it("deals slots in the order of the shards") {
      val plan = ReshardPlan.of(shards(4, new Random(1)).asJava, 7)
      plan.shards.asScala.map(_.slots) shouldBe Slots.split(7).asScala
    }

    it("goes on exactly where the one shard stood that a new one comes from, in the middle of an interval too") {
      val position = new SnapshotPosition(Snapshot.parse("5:5:"), Snapshot.parse("6:9:6"), 41)
      val before = Slots.split(2).asScala.map(range => new Standing(range, position, List.empty[Ahead].asJava))
      for (count <- Seq(1, 2, 4, 16); shard <- ReshardPlan.of(before.asJava, count).shards.asScala) {
        shard.position shouldBe position
        shard.ahead.asScala shouldBe empty
      }
    }

    it("refuses shards that lack a slot, or have one twice") {
      def standing(low: Int, high: Int) =
        new Standing(new SlotRange(low, high), SnapshotPosition.START, List.empty[Ahead].asJava)
      for (second <- Seq(standing(501, 1023), standing(500, 1022), standing(499, 1023)))
        an[IllegalArgumentException] should be thrownBy
          ReshardPlan.of(Seq(standing(0, 499), second).asJava, 2)
    }
  }

  private def shards(count: Int, random: Random): Seq[Standing] = {
    val snapshots = Iterator.iterate(anySnapshot(random))(laterThan(_, random)).take(5).toSeq
    def position: SnapshotPosition = {
      val from = random.nextInt(snapshots.size - 1)
      if (random.nextBoolean()) SnapshotPosition.after(snapshots(from))
      else new SnapshotPosition(snapshots(from), snapshots(from + 1), random.nextInt(lastSeq.toInt).toLong)
    }
    Slots.split(count).asScala.toSeq.map(range => new Standing(range, position, List.empty[Ahead].asJava))
  }

  private def acknowledged(shards: Seq[Standing]): Set[(Int, Long, Long)] =
    (for {
      slot <- slots
      shard <- shards if shard.slots.contains(slot)
      position <- shard.position +: shard.ahead.asScala.filter(_.slots.contains(slot)).map(_.position).toSeq
      xid <- 1L to lastXid
      seq <- 1L to lastSeq
      if position.prev.sees(xid) || (position.cur != null && position.cur.sees(xid) && seq <= position.seq)
    } yield (slot, xid, seq)).toSet
}
