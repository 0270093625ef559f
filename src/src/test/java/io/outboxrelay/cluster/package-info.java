/** Clusters of real node processes, cut apart, killed, frozen and restarted while an independent checker watches. */
@NullMarked
package io.outboxrelay.cluster;

import org.jspecify.annotations.NullMarked;
