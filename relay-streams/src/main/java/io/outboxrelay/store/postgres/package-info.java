@org.jspecify.annotations.NullMarked
package io.outboxrelay.store.postgres;
