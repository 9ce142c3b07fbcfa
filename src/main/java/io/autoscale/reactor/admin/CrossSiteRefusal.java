package io.autoscale.reactor.admin;

import io.autoscale.reactor.tls.Loopback;
import io.vertx.core.Handler;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;

/**
 * Answers 403 to what a browser on this machine sends on behalf of a page from elsewhere. Such a request says by
 * {@code Origin} where the page is from; or, if the name of the page's server was made to mean this machine, names that server as
 * its {@code Host}.
 */
final class CrossSiteRefusal implements Handler<RoutingContext> {

    private static final int FORBIDDEN = 403;

    private final String host;

    /** @param host that the port is bound to; unless that is loopback, any name may be the right one */
    CrossSiteRefusal(String host) {
        this.host = host;
    }

    @Override
    public void handle(RoutingContext request) {
        if (request.request().headers().contains("Origin")
                || !isMeant(request.request().authority())) {
            request.response().setStatusCode(FORBIDDEN).end();
        } else {
            request.next();
        }
    }

    private boolean isMeant(HostAndPort named) {
        return !Loopback.isNamedBy(host) || named != null && Loopback.isNamedBy(named.host());
    }
}
