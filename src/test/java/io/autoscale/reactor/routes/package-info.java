/**
 * Tests of the files in {@code routes/}, one class per file: the real routes with the real beans, each entry replaced by
 * {@code direct:in-<route>}, and everything outside mocked. {@code RoutesTest} says how.
 */
package io.autoscale.reactor.routes;
