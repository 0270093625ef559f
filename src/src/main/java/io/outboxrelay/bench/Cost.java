package io.outboxrelay.bench;

/** What some work took: time, and CPU seconds of PostgreSQL and of this process. */
record Cost(double seconds, double serverCpu, double ownCpu) {

    /** Work to be measured. */
    @FunctionalInterface
    interface Work {
        void run() throws Exception;
    }

    static Cost of(BenchServer server, Work work) throws Exception {
        CpuMeter database = new CpuMeter(server.postmaster());
        CpuMeter own = new CpuMeter(ProcessHandle.current().pid());
        long began = System.nanoTime();
        work.run();
        double seconds = (System.nanoTime() - began) / 1e9;
        return new Cost(seconds, database.secondsSinceStart(), own.secondsSinceStart());
    }

    Cost plus(Cost other) {
        return new Cost(seconds + other.seconds, serverCpu + other.serverCpu, ownCpu + other.ownCpu);
    }
}
