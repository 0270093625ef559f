package io.outboxrelay.publish.lane;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionState;

/** What Kafka's coordinator says of a transactional id. */
final class Transactions {
    private Transactions() {}

    static boolean isOver(String servers, String id) throws Exception {
        return state(servers, id) == TransactionState.COMPLETE_ABORT;
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
