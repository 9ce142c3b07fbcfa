/** What administrators are told, and where it is mailed. */
package io.autoscale.reactor.mail;
