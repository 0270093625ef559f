package io.outboxrelay.store.postgres.model;

import java.sql.SQLException;

/** Interleavings of two or three transactions and a reader, each of which one wrong design does not survive. */
enum Schedule {
    /** The lower number commits after the higher one was read. */
    LATE_COMMIT {
        @Override
        void run(ModelDatabase database, Poller reader) throws SQLException {
            try (Session early = Session.open(database, "early");
                    Session late = Session.open(database, "late")) {
                late.write("a1");
                early.write("a2").commit();
                reader.poll();
                late.commit();
                reader.poll();
            }
        }
    },

    /** Who began first writes second: transaction ids do not follow the order of an aggregate. */
    EARLY_XID {
        @Override
        void run(ModelDatabase database, Poller reader) throws SQLException {
            try (Session first = Session.open(database, "first");
                    Session second = Session.open(database, "second")) {
                second.writeElsewhere();
                first.write("a1").commit();
                second.write("a1").commit();
                reader.poll();
            }
        }
    },

    /** The horizon falls between two versions of one aggregate, the second of them below it. */
    HORIZON_BETWEEN {
        @Override
        void run(ModelDatabase database, Poller reader) throws SQLException {
            try (Session second = Session.open(database, "second");
                    Session other = Session.open(database, "other");
                    Session first = Session.open(database, "first")) {
                second.writeElsewhere();
                other.takeXid();
                first.write("a1").commit();
                second.write("a1").commit();
                reader.poll();
                other.commit();
                reader.poll();
            }
        }
    },

    /** Each session takes its numbers from a block of its own. */
    CACHED_NUMBERS {
        @Override
        void run(ModelDatabase database, Poller reader) throws SQLException {
            database.execute("alter sequence outbox_seq_seq cache 20");
            try (Session lowBlock = Session.open(database, "low");
                    Session highBlock = Session.open(database, "high")) {
                lowBlock.write("a2").commit();
                highBlock.write("a1").commit();
                lowBlock.write("a1").commit();
                reader.poll();
            }
        }
    };

    abstract void run(ModelDatabase database, Poller reader) throws SQLException;
}
