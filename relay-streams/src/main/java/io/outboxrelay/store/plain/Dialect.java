package io.outboxrelay.store.plain;

import io.outboxrelay.settings.DatabaseKind;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;

/** What has to be said differently to each database. */
enum Dialect {
    POSTGRESQL("text", "add column %s bigint generated always as identity", "timestamptz") {
        @Override
        String name(String column) {
            return '"' + column + '"';
        }

        @Override
        String slot(String key) {
            return "(('x' || substr(md5(" + key + "), 1, 3))::bit(12)::int & 1023)";
        }

        /** Decoded by the relay: what a database of encoding SQL_ASCII holds need not be text at all. */
        @Override
        String content(String column) {
            return "convert_to(" + text(column)
                    + ", (case current_setting('server_encoding') when 'SQL_ASCII' then 'SQL_ASCII' else 'UTF8' end)::name)";
        }

        @Override
        String bytesOf(String column) {
            return "octet_length(" + text(column) + ")";
        }

        /** Four times as fast as a substring, which counts characters. */
        @Override
        String isChosen(String slot) {
            return "get_byte(cast(? as bytea), " + slot + ") = ascii('1')";
        }
    },
    H2("varchar", "add column %s bigint generated always as identity", "timestamp with time zone") {
        @Override
        String name(String column) {
            return column;
        }

        @Override
        String slot(String key) {
            return "bitand(rshift(cast(substring(hash('MD5', " + key + ") from 1 for 2) as smallint), 4), 1023)";
        }

        @Override
        String written(String id) {
            return "rawtohex(" + id + ")";
        }
    },
    MARIADB("char", "add column %s bigint not null auto_increment unique", "timestamp null") {
        @Override
        String name(String column) {
            return '`' + column + '`';
        }

        @Override
        String slot(String key) {
            return "(conv(substr(md5(" + key + "), 1, 3), 16, 10) & 1023)";
        }

        @Override
        String written(String id) {
            return "hex(" + id + ")";
        }

        /** Columns and expressions may be of different collations, which cannot be compared as text. */
        @Override
        String sameText(String one, String other) {
            return "cast(" + one + " as binary) = cast(" + other + " as binary)";
        }

        /** Seconds since 1970: read as a timestamp it would mean another moment wherever clients' zones differ. */
        @Override
        String moment(String timestamp) {
            return "unix_timestamp(" + timestamp + ")";
        }

        @Override
        Object momentValue(Instant moment) {
            return BigDecimal.valueOf(moment.getEpochSecond())
                    .add(BigDecimal.valueOf(moment.getNano() / 1000, MICRO_DIGITS));
        }
    };

    private static final int MICRO_DIGITS = 6;

    private final String textType;
    private final String addOrder;
    private final String timestampType;

    Dialect(String textType, String addOrder, String timestampType) {
        this.textType = textType;
        this.addOrder = addOrder;
        this.timestampType = timestampType;
    }

    static Dialect of(DatabaseKind kind) {
        return switch (kind) {
            case POSTGRESQL -> POSTGRESQL;
            case H2 -> H2;
            case MARIADB -> MARIADB;
        };
    }

    /** A column's name in a statement; names such as `timestamp` or `order` need quotes. */
    abstract String name(String column);

    /** A column's value as text. */
    String text(String column) {
        return "cast(" + column + " as " + textType + ")";
    }

    /** A text column as {@link PlainRow} can read it. */
    String content(String column) {
        return column;
    }

    /** The size of a text column. */
    String bytesOf(String column) {
        return "octet_length(" + column + ")";
    }

    /** An id of any type as text that no other id has, binary ones included. */
    String written(String id) {
        return text(id);
    }

    String sameText(String one, String other) {
        return one + " = " + other;
    }

    /** The slot of a key, the same as {@link io.outboxrelay.model.Slots#of}. */
    abstract String slot(String key);

    /** A timestamp as {@link Columns#moment} can read it. */
    String moment(String timestamp) {
        return timestamp;
    }

    /** What is compared with a {@link #moment}. */
    Object momentValue(Instant moment) {
        return moment.atOffset(ZoneOffset.UTC);
    }

    /** Whether a slot's character in a parameter of one character per slot is `1`. */
    String isChosen(String slot) {
        return "substring(? from " + slot + " + 1 for 1) = '1'";
    }

    /** A query for whether the database takes writes. */
    String primary() {
        return switch (this) {
            case POSTGRESQL -> "select not pg_is_in_recovery()";
            case MARIADB -> "select @@global.read_only = 0";
            case H2 -> "select true";
        };
    }

    String addOrderColumn(String column) {
        return String.format(addOrder, column);
    }

    String addTimestampColumn(String column) {
        return "add column " + column + " " + timestampType;
    }
}
