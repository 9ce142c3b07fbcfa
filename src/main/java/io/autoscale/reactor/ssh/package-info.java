/**
 * The instances, reached over SSH: what the {@code camel-ssh} steps of the routes need around them. The host in such an
 * endpoint is the instance id; {@link io.autoscale.reactor.ssh.Bootstraps} knows its address and its host keys, may cancel
 * it, and limits its time; {@link io.autoscale.reactor.ssh.SharedSshClient} is the one client that all of them use; and
 * {@link io.autoscale.reactor.ssh.Remote} tells what an exchange really came to, as {@code camel-ssh} returns several
 * failures as if they were successes.
 */
package io.autoscale.reactor.ssh;
