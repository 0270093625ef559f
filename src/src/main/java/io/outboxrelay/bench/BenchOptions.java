package io.outboxrelay.bench;

/**
 * How large the workloads are.
 *
 * @param rows backlog of the drain, and sent rows kept by the idle workload
 * @param seconds how long each phase of a steady workload lasts
 * @param eventsPerSecond what the writers of the steady workload write
 */
public record BenchOptions(int rows, int shards, int seconds, int eventsPerSecond) {}
