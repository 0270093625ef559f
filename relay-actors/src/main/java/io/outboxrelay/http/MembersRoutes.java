package io.outboxrelay.http;

import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.http.scaladsl.server.RequestContext;
import org.apache.pekko.http.scaladsl.server.RouteResult;
import org.apache.pekko.management.cluster.ClusterHttpManagementRouteProvider;
import org.apache.pekko.management.scaladsl.ManagementRouteProvider;
import org.apache.pekko.management.scaladsl.ManagementRouteProviderSettings;
import scala.Function1;
import scala.concurrent.Future;

/**
 * Pekko's own view of the cluster, `GET /cluster/members`, without its changes: these know no credentials. Created by
 * Pekko Management in place of Pekko's provider.
 */
public final class MembersRoutes implements ManagementRouteProvider {
    private final ClusterHttpManagementRouteProvider all;

    public MembersRoutes(ExtendedActorSystem system) {
        this.all = ClusterHttpManagementRouteProvider.createExtension(system);
    }

    @Override
    public Function1<RequestContext, Future<RouteResult>> routes(ManagementRouteProviderSettings settings) {
        return all.routes(settings.withReadOnly(true));
    }
}
