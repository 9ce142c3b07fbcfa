/** What an operator tells the running reactor. */
package io.autoscale.reactor.admin;
