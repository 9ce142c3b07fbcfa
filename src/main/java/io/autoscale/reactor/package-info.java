/** The reactor. */
package io.autoscale.reactor;
