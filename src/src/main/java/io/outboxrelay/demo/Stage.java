package io.outboxrelay.demo;

/** Everyone who plays in a run. */
record Stage(
        Servers servers,
        NodeProcesses nodes,
        ClusterView view,
        OrderService service,
        Ledger ledger,
        Checker checker,
        TopicReader reader,
        Latencies latencies) {}
