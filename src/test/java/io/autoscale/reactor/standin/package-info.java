/** Local stand-ins for the worlds around the reactor, for tests and for the sandbox. */
package io.autoscale.reactor.standin;
