/** Whom the reactor trusts when it calls other systems over TLS. */
package io.autoscale.reactor.tls;
