package io.autoscale.reactor.outages;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class AwsOutagesTest extends OutageTest {

    @Test
    void awsRefusesConnections() {
        String id = cloud.launch("web");
        cloud.aws().refuse();
        recovers(id, () -> cloud.aws().heal());
    }

    @Test
    void ec2Throttles() {
        String id = cloud.launch("web");
        cloud.aws().throttle("DescribeInstances");
        recovers(id, () -> cloud.aws().heal());
    }

    @Test
    void autoScalingThrottles() {
        String id = cloud.launch("web");
        cloud.aws().throttle("DescribeAutoScalingInstances");
        recovers(id, () -> cloud.aws().heal());
    }

    @Test
    void theConsoleIsThrottled() {
        String id = cloud.launch("web");
        cloud.aws().throttle("GetConsoleOutput");
        recovers(id, () -> cloud.aws().heal());
    }

    @Test
    void awsHasAnInternalError() {
        String id = cloud.launch("web");
        cloud.aws().failWith(500);
        recovers(id, () -> cloud.aws().heal());
    }

    @Test
    void awsIsUnavailable() {
        String id = cloud.launch("web");
        cloud.aws().failWith(503);
        recovers(id, () -> cloud.aws().heal());
    }

    /** Takes as long as a call may take in all. */
    @Test
    void awsAnswersAByteNowAndThenForEver() {
        String id = cloud.launch("web");
        cloud.aws().drip();
        recovers(id, () -> cloud.aws().heal());
    }

    @Test
    void awsIsSlow() {
        String id = cloud.launch("web");
        cloud.aws().hang(Duration.ofSeconds(2));
        announceLaunch(id);
        awaitMinion(id);
        assertNothingSaidOrParkedAbout(id);
    }

    @Test
    void ec2DoesNotKnowTheInstanceYet() {
        String id = cloud.launch("web");
        cloud.aws().unknownFor(id, 3);
        recovers(id, () -> {});
    }
}
