/**
 * Whatever arrives, nothing breaks: deliveries and texts from outside, changed by chance.
 *
 * <p>{@code mvn verify} tries some thousands after a fixed seed; {@code mvn -Pfuzz verify} a million deliveries, each over
 * HTTP, and lets Jazzer look for inputs that reach new branches of the parsers. {@code -Dfuzz.seed=N} takes another seed,
 * {@code -Dfuzz.deliveries=N} and {@code -Dfuzz.texts=N} other numbers. What fails names its seed and its turn; the same
 * two make the same input.
 */
package io.autoscale.reactor.fuzz;
