package io.autoscale.reactor.ec2;

import io.autoscale.reactor.event.InstanceId;
import io.autoscale.reactor.failure.Cause;
import io.autoscale.reactor.failure.Failed;
import io.autoscale.reactor.failure.Outage;
import io.autoscale.reactor.failure.Outages;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.autoscaling.AutoScalingClient;
import software.amazon.awssdk.services.autoscaling.model.AutoScalingInstanceDetails;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.GetConsoleOutputRequest;

/** Puts questions to EC2 and Auto Scaling, reads the answers, and explains what goes wrong on the way. */
public final class Ec2 {

    /** How many ids DescribeAutoScalingInstances takes. */
    private static final int MOST_PER_AUTO_SCALING_CALL = 50;

    private static final String EC2 = "EC2";
    private static final String AUTO_SCALING = "Auto Scaling";

    private static final Set<String> PASSING = Set.of(
            "RequestLimitExceeded",
            "Throttling",
            "ThrottlingException",
            "RequestThrottled",
            "Unavailable",
            "ServiceUnavailable",
            "InternalError",
            "InternalFailure",
            "RequestTimeout");

    private final Ec2Client ec2;
    private final AutoScalingClient autoScaling;
    private final Outages outages;

    public Ec2(Ec2Client ec2, AutoScalingClient autoScaling, Outages outages) {
        this.ec2 = ec2;
        this.autoScaling = autoScaling;
        this.outages = outages;
    }

    /** Asks by filter, as a single unknown id would fail a whole call by InstanceIds. */
    public DescribeInstancesRequest question(@Body List<InstanceId> ids) {
        return DescribeInstancesRequest.builder()
                .filters(Filter.builder()
                        .name("instance-id")
                        .values(ids.stream().map(InstanceId::value).toList())
                        .build())
                .build();
    }

    /** The instances of the answer; those that EC2 says nothing of are unknown to it. */
    public Map<InstanceId, Instance> answer(
            @Body DescribeInstancesResponse response, @Variable("ids") List<InstanceId> ids) {
        outages.answered(EC2);
        Map<InstanceId, Instance> found = new HashMap<>();
        ids.forEach(id -> found.put(id, Instance.unknown(id)));
        response.reservations().stream()
                .flatMap(reservation -> reservation.instances().stream())
                .map(Ec2::instance)
                .forEach(instance -> found.put(instance.id(), instance));
        return found;
    }

    /** The same instances, with the state that each living one has in its Auto Scaling group. */
    public Map<InstanceId, Instance> withLifecycle(@Body Map<InstanceId, Instance> found) throws Outage, Failed {
        List<Instance> living = found.values().stream().filter(i -> !i.gone()).toList();
        Map<InstanceId, Instance> known = new HashMap<>(found);
        for (int from = 0; from < living.size(); from += MOST_PER_AUTO_SCALING_CALL) {
            List<Instance> some = living.subList(from, Math.min(living.size(), from + MOST_PER_AUTO_SCALING_CALL));
            lifecycles(some).forEach(details -> addLifecycle(known, details));
        }
        return known;
    }

    private List<AutoScalingInstanceDetails> lifecycles(List<Instance> some) throws Outage, Failed {
        try {
            List<AutoScalingInstanceDetails> answer = autoScaling
                    .describeAutoScalingInstances(r ->
                            r.instanceIds(some.stream().map(i -> i.id().value()).toList()))
                    .autoScalingInstances();
            outages.answered(AUTO_SCALING);
            return answer;
        } catch (SdkException e) {
            throw explained(AUTO_SCALING, e);
        }
    }

    /** What the instance printed on its console so far; empty text if there is nothing yet. */
    public String consoleOutput(@Variable("instance") InstanceId id) {
        String encoded = ec2.getConsoleOutput(GetConsoleOutputRequest.builder()
                        .instanceId(id.value())
                        .latest(true)
                        .build())
                .output();
        return encoded == null ? "" : new String(Base64.getMimeDecoder().decode(encoded), StandardCharsets.UTF_8);
    }

    /**
     * Throws what the failure of a call to AWS means: an {@link Outage} if the same call may succeed later, else a
     * {@link Failed}.
     */
    public void explain(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception caught) throws Outage, Failed {
        Exception failure = Cause.of(caught);
        if (failure instanceof Outage known) {
            throw known;
        }
        if (failure instanceof Failed known) {
            throw known;
        }
        throw explained(EC2, failure);
    }

    /** Returns a {@link Failed}, or throws an {@link Outage} of the service. */
    private static Failed explained(String system, Exception failure) throws Outage {
        if (failure instanceof AwsServiceException service) {
            String code = Optional.ofNullable(service.awsErrorDetails())
                    .map(details -> details.errorCode())
                    .orElse("status " + service.statusCode());
            if (service.isThrottlingException() || service.statusCode() >= 500 || PASSING.contains(code)) {
                throw new Outage(system, "AWS answers " + code + ".", failure);
            }
            return new Failed("AWS refuses the call: " + code + ". " + permissionHint(code), failure);
        }
        if (failure instanceof SdkClientException) {
            throw new Outage(
                    system, "AWS does not answer, or there are no credentials: " + failure.getMessage(), failure);
        }
        return new Failed("Asking AWS failed: " + failure, failure);
    }

    private static String permissionHint(String code) {
        return switch (code) {
            case "UnauthorizedOperation", "AccessDenied", "AccessDeniedException" ->
                "The reactor's role needs ec2:DescribeInstances, ec2:GetConsoleOutput and"
                        + " autoscaling:DescribeAutoScalingInstances.";
            case "AuthFailure", "InvalidClientTokenId", "SignatureDoesNotMatch", "ExpiredToken" ->
                "The reactor's AWS credentials are not valid.";
            default -> "";
        };
    }

    private static void addLifecycle(Map<InstanceId, Instance> known, AutoScalingInstanceDetails details) {
        known.computeIfPresent(
                new InstanceId(details.instanceId()),
                (id, instance) -> instance.withLifecycle(details.lifecycleState()));
    }

    private static Instance instance(software.amazon.awssdk.services.ec2.model.Instance instance) {
        return new Instance(
                new InstanceId(instance.instanceId()),
                state(instance.state().nameAsString()),
                text(instance.privateIpAddress()),
                text(instance.publicIpAddress()),
                Optional.empty());
    }

    private static Instance.State state(String name) {
        return Instance.State.valueOf(name.toUpperCase(java.util.Locale.ROOT).replace('-', '_'));
    }

    private static Optional<String> text(String value) {
        return Optional.ofNullable(value).filter(v -> !v.isBlank());
    }
}
