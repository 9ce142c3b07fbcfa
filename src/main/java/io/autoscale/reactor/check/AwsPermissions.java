package io.autoscale.reactor.check;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.autoscaling.AutoScalingClient;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Filter;

/** Makes each call to AWS that the reactor needs, for an instance that does not exist. */
final class AwsPermissions {

    private static final Duration TIME = Duration.ofSeconds(8);
    private static final Set<String> NOT_PERMITTED =
            Set.of("UnauthorizedOperation", "AccessDenied", "AccessDeniedException");
    private static final Set<String> BAD_CREDENTIALS = Set.of(
            "AuthFailure",
            "InvalidClientTokenId",
            "UnrecognizedClientException",
            "SignatureDoesNotMatch",
            "IncompleteSignature",
            "MissingAuthenticationToken",
            "ExpiredToken",
            "ExpiredTokenException",
            "RequestExpired");

    private static final Filter BY_ID =
            Filter.builder().name("instance-id").values(Check.NOBODY.value()).build();

    private AwsPermissions() {}

    /** @param console whether the reactor reads host keys from consoles */
    static Probe ec2(Ec2Client ec2, boolean console) {
        return () -> {
            List<Finding> findings = new ArrayList<>();
            String permitted = "DescribeInstances";
            call(
                    "ec2:DescribeInstances",
                    findings,
                    () -> ec2.describeInstances(r -> r.filters(BY_ID).overrideConfiguration(AwsPermissions::bounded)));
            if (console && findings.stream().allMatch(AwsPermissions::isAnswered)) {
                permitted += " and GetConsoleOutput";
                call(
                        "ec2:GetConsoleOutput",
                        findings,
                        () -> ec2.getConsoleOutput(r -> r.overrideConfiguration(AwsPermissions::bounded)
                                .instanceId(Check.NOBODY.value())
                                .dryRun(true)));
            }
            return findings.isEmpty() ? List.of(Finding.ok(permitted + " permitted")) : findings;
        };
    }

    static Probe autoScaling(AutoScalingClient autoScaling) {
        return () -> {
            List<Finding> findings = new ArrayList<>();
            call(
                    "autoscaling:DescribeAutoScalingInstances",
                    findings,
                    () -> autoScaling.describeAutoScalingInstances(r ->
                            r.overrideConfiguration(AwsPermissions::bounded).instanceIds(Check.NOBODY.value())));
            return findings.isEmpty() ? List.of(Finding.ok("DescribeAutoScalingInstances permitted")) : findings;
        };
    }

    private static void bounded(AwsRequestOverrideConfiguration.Builder call) {
        call.apiCallTimeout(TIME);
    }

    private static void call(String action, List<Finding> findings, Runnable call) {
        try {
            call.run();
        } catch (AwsServiceException e) {
            explain(action, e).map(Finding::failed).ifPresent(findings::add);
        } catch (SdkClientException e) {
            findings.add(Finding.failed(explain(e)));
        }
    }

    private static Optional<String> explain(String action, AwsServiceException failure) {
        String code = failure.awsErrorDetails() == null
                ? "status " + failure.statusCode()
                : failure.awsErrorDetails().errorCode();
        // Permissions come before the question whether there is such an instance.
        if ("DryRunOperation".equals(code) || code.startsWith("InvalidInstanceID")) {
            return Optional.empty();
        }
        if (NOT_PERMITTED.contains(code)) {
            return Optional.of("AWS does not permit " + action + ". Allow it, with \"Resource\": \"*\","
                    + " in the IAM policy of the reactor's role.");
        }
        if (BAD_CREDENTIALS.contains(code)) {
            return Optional.of("AWS does not accept the credentials (" + code
                    + "). Renew them, and look at this machine's clock.");
        }
        return Optional.of("AWS answers " + action + " with " + code + ". Try again later.");
    }

    private static String explain(SdkClientException failure) {
        String message = String.valueOf(failure.getMessage());
        if (message.contains("Unable to load credentials")) {
            return "There are no AWS credentials. Give this machine a role, or set AWS_ACCESS_KEY_ID and"
                    + " AWS_SECRET_ACCESS_KEY.";
        }
        return "AWS is not reached: " + message
                + ". Look at the region, the network and AWS_ENDPOINT_URL if it is set.";
    }

    /** Whether AWS answered at all, so that the next call is worth its time. */
    private static boolean isAnswered(Finding finding) {
        return finding.text().startsWith("AWS does not permit ");
    }
}
