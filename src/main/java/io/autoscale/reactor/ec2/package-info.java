/** EC2 and Auto Scaling: what state an instance is really in. */
package io.autoscale.reactor.ec2;
