/** How connections are protected: whom the reactor trusts, and what stays on this machine. */
package io.autoscale.reactor.tls;
