/**
 * The program around the routes: {@link io.autoscale.reactor.App} has the commands, {@link io.autoscale.reactor.Reactor}
 * is Camel Main, {@link io.autoscale.reactor.Settings} are the settings, and {@link io.autoscale.reactor.Beans} binds every
 * name that the files in {@code routes/} use. Read those files first: they are the program.
 *
 * <p>There is one package for each world outside: {@link io.autoscale.reactor.sns} takes announcements in (the trust
 * boundary, and the one route in Java), {@link io.autoscale.reactor.queue} stores them, {@link io.autoscale.reactor.ec2}
 * knows what state an instance is really in, {@link io.autoscale.reactor.ssh} runs the script on it,
 * {@link io.autoscale.reactor.salt} asks the Salt master, {@link io.autoscale.reactor.mail} tells people. They speak to
 * each other in the types of {@link io.autoscale.reactor.event}, and fail in the ways of
 * {@link io.autoscale.reactor.failure}. {@link io.autoscale.reactor.check} and {@link io.autoscale.reactor.admin} are what
 * operators use beside; {@link io.autoscale.reactor.karaf} is the same program as a bundle of Apache Karaf.
 */
package io.autoscale.reactor;
