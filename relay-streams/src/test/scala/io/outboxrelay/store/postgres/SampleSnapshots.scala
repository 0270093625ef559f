package io.outboxrelay.store.postgres

import scala.util.Random

import io.outboxrelay.SeededChecks

/** Random snapshots as PostgreSQL takes them (the one below xmax has ended), over so few transactions that they meet. */
trait SampleSnapshots extends SeededChecks {
  protected val lastXid = 60L

  protected def seen(snapshot: Snapshot): Set[Long] = (1L to lastXid).filter(snapshot.sees).toSet

  protected def anySnapshot(random: Random): Snapshot = {
    val xmax = 3L + random.nextInt(25)
    snapshot(xmax, (3L until xmax - 1).filter(_ => random.nextInt(4) == 0))
  }

  /** A snapshot taken after more had ended: at least one new transaction, and some of the running ones. */
  protected def laterThan(earlier: Snapshot, random: Random): Snapshot = {
    val xmax = earlier.xmax + 1 + random.nextInt(10)
    val stillRunning = earlier.running().toSeq.filter(_ => random.nextBoolean())
    snapshot(xmax, stillRunning ++ (earlier.xmax until xmax - 1).filter(_ => random.nextInt(3) == 0))
  }

  private def snapshot(xmax: Long, running: Seq[Long]): Snapshot =
    Snapshot.parse(s"${running.headOption.getOrElse(xmax)}:$xmax:${running.mkString(",")}")
}
