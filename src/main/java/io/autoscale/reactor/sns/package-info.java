/**
 * The intake: takes a webhook delivery of Amazon SNS, proves that it is genuine, and turns it into an event.
 *
 * <p>In the order in which a delivery meets them: {@link io.autoscale.reactor.sns.WebhookServer} (the door: method, size,
 * content type), {@link io.autoscale.reactor.sns.EnvelopeReader} (structure), {@link io.autoscale.reactor.sns.SnsVerifier}
 * (topic, age, certificate, signature), {@link io.autoscale.reactor.sns.Subscriptions} or
 * {@link io.autoscale.reactor.sns.EventReader} (meaning); {@link io.autoscale.reactor.sns.ReceiveRoute} strings them
 * together. What is turned away goes through {@link io.autoscale.reactor.sns.Refusals}.
 *
 * <p>This is the trust boundary of the program and therefore Java, out of reach of the route files.
 */
package io.autoscale.reactor.sns;
