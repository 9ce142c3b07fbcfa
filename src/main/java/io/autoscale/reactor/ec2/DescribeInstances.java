package io.autoscale.reactor.ec2;

import io.autoscale.reactor.event.InstanceId;
import io.autoscale.reactor.failure.Failed;
import io.autoscale.reactor.failure.Outage;
import java.util.List;
import java.util.Map;

/** Asks EC2 and Auto Scaling for instances; the route {@code describe-instances} answers. */
@FunctionalInterface
public interface DescribeInstances {

    /** @param ids at most {@link Instances#MOST_PER_CALL} */
    Map<InstanceId, Instance> describe(List<InstanceId> ids) throws Outage, Failed;
}
