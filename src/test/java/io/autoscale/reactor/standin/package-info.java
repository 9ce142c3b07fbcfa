/**
 * The outside world in small: AWS, a Salt master's salt-api, the instances behind SSH, and a mail server.
 *
 * <p>Each stand-in keeps state, listens on a free port of 127.0.0.1, and answers as the original does, errors included;
 * salt-api is held against answers recorded from a real one. {@link io.autoscale.reactor.standin.Cloud} ties them
 * together. Tests and the sandbox use them; the program knows nothing of them.
 */
package io.autoscale.reactor.standin;
