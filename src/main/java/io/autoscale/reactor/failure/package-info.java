/**
 * The ways in which work can fail to be done; {@code routes/errors.camel.yaml} says what happens on each. A message says
 * what, which id, what was expected; never a secret, never a whole body.
 */
package io.autoscale.reactor.failure;
