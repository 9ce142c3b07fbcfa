/** What the administrators are told, and how. */
package io.autoscale.reactor.mail;
