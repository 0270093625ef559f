@org.jspecify.annotations.NullMarked
package io.outboxrelay.graph;
