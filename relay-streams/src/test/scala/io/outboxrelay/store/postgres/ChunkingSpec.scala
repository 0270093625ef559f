package io.outboxrelay.store.postgres

import java.time.Instant

import scala.jdk.CollectionConverters._
import scala.util.Random

import io.outboxrelay.SeededChecks
import io.outboxrelay.model.{Chunk, OutboxRow, ShardId}
import org.scalatest.funspec.AnyFunSpec
import org.scalatest.matchers.should.Matchers

class ChunkingSpec extends AnyFunSpec with Matchers with SeededChecks {
  private val shard = new ShardId("orders", 3)
  private val prev = Snapshot.parse("10:10:")
  private val cur = Snapshot.parse("12:20:12,15")

  describe("cutting rows") {
    it("keeps every row once and in order") {
      forSamples(300) { random =>
        val sample = anySample(random)
        sample.chunks.flatMap(_.rows.asScala) shouldBe sample.rows
        sample.chunks.foreach(_.shard shouldBe shard)
      }
    }

    it("keeps to both bounds, except that one row always passes") {
      forSamples(300) { random =>
        val sample = anySample(random)
        sample.chunks.foreach { chunk =>
          chunk.rows.size should (be >= 1 and be <= sample.maxRows)
          if (chunk.rows.size > 1) bytes(chunk) should be <= sample.maxBytes
        }
      }
    }

    it("makes no chunk smaller than the bounds ask for") {
      forSamples(300) { random =>
        val sample = anySample(random)
        sample.chunks.zip(sample.chunks.drop(1)).foreach { case (chunk, next) =>
          val full = chunk.rows.size == sample.maxRows
          val tooHeavyWithTheNext = bytes(chunk) + next.rows.get(0).weight > sample.maxBytes
          (full || tooHeavyWithTheNext) shouldBe true
        }
      }
    }

    it("leaves the last row of each chunk behind as the position, and the next interval at the end") {
      forSamples(300) { random =>
        val sample = anySample(random)
        sample.chunks.zipWithIndex.foreach { case (chunk, index) =>
          val endsInterval = sample.last && index == sample.chunks.size - 1
          chunk.end shouldBe (
            if (endsInterval) SnapshotPosition.after(cur)
            else new SnapshotPosition(prev, cur, chunk.rows.asScala.last.seq)
          )
        }
      }
    }

    it("leaves positions behind of which each covers those before it and none after it") {
      forSamples(300) { random =>
        val ends = anySample(random).chunks.map(_.end.asInstanceOf[SnapshotPosition])
        for ((earlier, later) <- ends.zip(ends.drop(1))) {
          later.covers(earlier) shouldBe true
          earlier.covers(later) shouldBe false
        }
      }
    }

    it("makes nothing of nothing") {
      new Chunking(10, 1000).cut(shard, java.util.List.of(), prev, cur, true).asScala shouldBe empty
    }
  }

  describe("an example") {
    it("cuts 3 + 2 by rows, and around a heavy row by bytes") {
      sizes(new Chunking(3, 1000), Seq(1, 1, 1, 1, 1)) shouldBe Seq(3, 2)
      sizes(new Chunking(10, 100), Seq(50, 50, 1, 500, 0, 1)) shouldBe Seq(2, 1, 1, 2)
    }
  }

  private case class Sample(maxRows: Int, maxBytes: Long, rows: Seq[OutboxRow], last: Boolean) {
    val chunks: Seq[Chunk] =
      new Chunking(maxRows, maxBytes).cut(shard, rows.asJava, prev, cur, last).asScala.toSeq
  }

  private def anySample(random: Random): Sample = {
    val seqs = Iterator.iterate(random.nextInt(100).toLong)(_ + 1 + random.nextInt(5)).drop(1)
    val rows = seqs.take(random.nextInt(120)).map(seq => row(seq, anySize(random), "k" * random.nextInt(40))).toList
    Sample(1 + random.nextInt(20), 1L + random.nextInt(2000), rows, random.nextBoolean())
  }

  private def anySize(random: Random): Option[Int] =
    Option.when(random.nextInt(10) > 0)(random.nextInt(if (random.nextInt(10) == 0) 4000 else 300))

  private def sizes(chunking: Chunking, payloads: Seq[Int]): Seq[Int] = {
    val rows = payloads.zipWithIndex.map { case (size, index) => row(index + 1L, Some(size), "") }
    chunking.cut(shard, rows.asJava, prev, cur, false).asScala.toSeq.map(_.rows.size)
  }

  private def row(seq: Long, payloadBytes: Option[Int], key: String): OutboxRow = {
    val payload = payloadBytes.map(new Array[Byte](_)).orNull
    new OutboxRow(seq, s"id-$seq", "orders", key, "Tested", payload, null, Instant.EPOCH)
  }

  private def bytes(chunk: Chunk): Long = chunk.rows.asScala.map(_.weight).sum
}
