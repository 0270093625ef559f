/**
 * Shard actors, their streams and the coordinator under simulated time: one thread, no clock, every decision from a seed.
 * May touch actors, the in-memory store and the machinery of Pekko that gives threads and time; never a real database.
 * Runs on the test's thread, which is also the only thread of all the actor systems it simulates.
 */
@NullMarked
package io.outboxrelay.simulation;

import org.jspecify.annotations.NullMarked;
