package io.outboxrelay.publish.lane;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionState;
import org.awaitility.Awaitility;

/** What Kafka's coordinator says of a transactional id. */
final class Transactions {
    private Transactions() {}

    static boolean isOver(String servers, String id) throws Exception {
        return state(servers, id) == TransactionState.COMPLETE_ABORT;
    }

    /** A commit is confirmed before its partitions are marked, and readers of committed records wait for the marks. */
    static void awaitMarked(String servers) {
        ListTransactionsOptions ending = new ListTransactionsOptions()
                .filterStates(List.of(TransactionState.PREPARE_COMMIT, TransactionState.PREPARE_ABORT));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> admin.listTransactions(ending).all().get().isEmpty());
        }
    }

    static TransactionState state(String servers, String id) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            return admin.describeTransactions(List.of(id))
                    .description(id)
                    .get(60, TimeUnit.SECONDS)
                    .state();
        }
    }
}
