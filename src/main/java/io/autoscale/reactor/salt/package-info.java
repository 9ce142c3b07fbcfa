/** The Salt master, through salt-api: minion keys and whether minions answer. */
package io.autoscale.reactor.salt;
