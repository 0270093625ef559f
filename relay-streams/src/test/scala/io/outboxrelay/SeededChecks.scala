package io.outboxrelay

import scala.util.Random

import org.scalatest.Assertions.withClue

/** Checks a sentence over many random samples. A failure names the seed; `-Dspec.seed=...` repeats it. */
trait SeededChecks {
  protected def forSamples(count: Int)(check: Random => Unit): Unit = {
    val seed = sys.props.get("spec.seed").fold(System.nanoTime())(_.toLong)
    val random = new Random(seed)
    for (sample <- 1 to count) withClue(s"sample $sample of spec.seed=$seed: ")(check(random))
  }
}
