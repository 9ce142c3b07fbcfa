package io.autoscale.reactor.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.autoscaling.AutoScalingClient;
import software.amazon.awssdk.services.autoscaling.model.AutoScalingException;
import software.amazon.awssdk.services.autoscaling.model.AutoScalingInstanceDetails;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceStateName;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.sns.SnsClient;

/** Asks the stand-in through the real SDK clients. */
class AwsTest {

    private static final String ID = "i-0123456789abcdef0";
    private static final String OTHER = "i-0123456789abcdef1";
    private static final String TOPIC = "arn:aws:sns:eu-central-1:123456789012:autoscale";

    private Aws aws;
    private Ec2Client ec2;
    private AutoScalingClient autoScaling;
    private SnsClient sns;

    @BeforeEach
    void start() {
        aws = new Aws();
        ec2 = configure(Ec2Client.builder().httpClient(UrlConnectionHttpClient.create()))
                .build();
        autoScaling = configure(AutoScalingClient.builder().httpClient(UrlConnectionHttpClient.create()))
                .build();
        sns = configure(SnsClient.builder().httpClient(UrlConnectionHttpClient.create()))
                .build();
    }

    @AfterEach
    void stop() {
        ec2.close();
        autoScaling.close();
        sns.close();
        aws.close();
    }

    private <B extends AwsClientBuilder<B, ?>> B configure(B builder) {
        return builder.endpointOverride(aws.url())
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
                .overrideConfiguration(client -> client.retryStrategy(AwsRetryStrategy.doNotRetry()));
    }

    @Test
    void instanceIsDescribedAsItWasSet() {
        Instant launched = Instant.parse("2026-11-22T10:00:00Z");
        aws.instance(ID)
                .privateIp("10.0.3.7")
                .publicIp("203.0.113.7")
                .group("web & more")
                .tag("Name", "<web>")
                .launchTime(launched);

        assertThat(byFilter(ID)).singleElement().satisfies(instance -> {
            assertThat(instance.instanceId()).isEqualTo(ID);
            assertThat(instance.state().name()).isEqualTo(InstanceStateName.RUNNING);
            assertThat(instance.privateIpAddress()).isEqualTo("10.0.3.7");
            assertThat(instance.publicIpAddress()).isEqualTo("203.0.113.7");
            assertThat(instance.launchTime()).isEqualTo(launched);
            assertThat(instance.tags())
                    .contains(
                            Tag.builder().key("Name").value("<web>").build(),
                            Tag.builder()
                                    .key("aws:autoscaling:groupName")
                                    .value("web & more")
                                    .build());
        });
    }

    @Test
    void filterFindsOnlyWhatIsKnown() {
        aws.instance(ID);
        assertThat(byFilter(ID, OTHER)).extracting(Instance::instanceId).containsExactly(ID);
        assertThat(aws.calls()).singleElement().satisfies(call -> assertThat(call.ids())
                .containsExactly(ID, OTHER));
    }

    @Test
    void filterThatTheStandInDoesNotKnowIsNotIgnored() {
        Filter unknown =
                Filter.builder().name("instance-state-name").values("running").build();
        refused(() -> ec2.describeInstances(r -> r.filters(unknown)), 400, "InvalidParameterValue");
    }

    @Test
    void oneUnknownIdFailsAWholeCallById() {
        aws.instance(ID);
        refused(() -> ec2.describeInstances(r -> r.instanceIds(ID, OTHER)), 400, "InvalidInstanceID.NotFound");
    }

    @Test
    void instanceShutsDownEndsAndIsForgotten() {
        aws.instance(ID);
        aws.terminate(ID);
        assertThat(byFilter(ID).get(0).state().name()).isEqualTo(InstanceStateName.SHUTTING_DOWN);
        aws.gone(ID);
        assertThat(byFilter(ID).get(0).state().name()).isEqualTo(InstanceStateName.TERMINATED);
        assertThat(byFilter(ID).get(0).privateIpAddress()).isNull();
        aws.forget(ID);
        assertThat(byFilter(ID)).isEmpty();
    }

    @Test
    void newInstanceMayBeUnknownForTheFirstCalls() {
        aws.instance(ID);
        aws.unknownFor(ID, 2);
        assertThat(byFilter(ID)).isEmpty();
        refused(() -> ec2.describeInstances(r -> r.instanceIds(ID)), 400, "InvalidInstanceID.NotFound");
        assertThat(byFilter(ID)).hasSize(1);
    }

    @Test
    void consoleOutputIsEmptyUntilThereIsSome() {
        aws.instance(ID);
        assertThat(ec2.getConsoleOutput(r -> r.instanceId(ID).latest(true)).output())
                .isNull();
        aws.instance(ID).consoleOutput("ssh-ed25519 AAAA\n");
        assertThat(ec2.getConsoleOutput(r -> r.instanceId(ID).latest(true)).output())
                .isEqualTo("c3NoLWVkMjU1MTkgQUFBQQo=");
    }

    @Test
    void dryRunTellsWhetherACallIsAllowed() {
        refused(() -> ec2.describeInstances(r -> r.dryRun(true)), 412, "DryRunOperation");
        aws.unauthorized("DescribeInstances");
        refused(() -> ec2.describeInstances(r -> r.dryRun(true)), 403, "UnauthorizedOperation");
        refused(() -> byFilter(ID), 403, "UnauthorizedOperation");
        aws.authorized("DescribeInstances");
        assertThat(byFilter(ID)).isEmpty();
    }

    @Test
    void autoScalingKnowsLifecycleStates() {
        aws.instance(ID).group("web").lifecycleState("Terminating:Wait");
        aws.instance(OTHER).group("");
        assertThat(autoScaling
                        .describeAutoScalingInstances(r -> r.instanceIds(ID, OTHER))
                        .autoScalingInstances())
                .singleElement()
                .satisfies(instance -> {
                    assertThat(instance.autoScalingGroupName()).isEqualTo("web");
                    assertThat(instance.lifecycleState()).isEqualTo("Terminating:Wait");
                });
    }

    @Test
    void autoScalingTakesFiftyIdsPerCall() {
        List<String> ids = IntStream.range(0, 51).mapToObj("i-%017x"::formatted).toList();
        ids.forEach(aws::instance);
        assertThat(autoScaling
                        .describeAutoScalingInstances(r -> r.instanceIds(ids.subList(0, 50)))
                        .autoScalingInstances())
                .extracting(AutoScalingInstanceDetails::instanceId)
                .isEqualTo(ids.subList(0, 50));
        refused(() -> autoScaling.describeAutoScalingInstances(r -> r.instanceIds(ids)), 400, "ValidationError");
    }

    @Test
    void lifecycleActionIsCompletedOnce() {
        aws.instance(ID).group("web").lifecycleState("Pending:Wait").lifecycleToken("a-token");
        autoScaling.recordLifecycleActionHeartbeat(
                r -> r.autoScalingGroupName("web").lifecycleHookName("hook").lifecycleActionToken("a-token"));
        ThrowingCallable complete = () -> autoScaling.completeLifecycleAction(r -> r.autoScalingGroupName("web")
                .lifecycleHookName("hook")
                .instanceId(ID)
                .lifecycleActionResult("CONTINUE"));
        assertThatCode(complete).doesNotThrowAnyException();
        assertThat(aws.instance(ID).lifecycleState()).isEqualTo("InService");
        assertThatThrownBy(complete)
                .isInstanceOf(AutoScalingException.class)
                .hasMessageContaining("No active Lifecycle Action found with instance ID " + ID);
        assertThat(aws.calls("CompleteLifecycleAction"))
                .allSatisfy(call -> assertThat(call.ids()).containsExactly(ID));
    }

    @Test
    void subscriptionIsConfirmedAndMessagesArePublished() {
        assertThat(sns.confirmSubscription(
                                r -> r.topicArn(TOPIC).token("a-token").authenticateOnUnsubscribe("true"))
                        .subscriptionArn())
                .startsWith(TOPIC + ":");
        assertThat(aws.calls("ConfirmSubscription").get(0).parameters())
                .containsEntry("Token", "a-token")
                .containsEntry("AuthenticateOnUnsubscribe", "true");
        assertThat(sns.publish(r -> r.topicArn(TOPIC).message("done")).messageId())
                .isNotEmpty();
        aws.unauthorized("Publish");
        refused(() -> sns.publish(r -> r.topicArn(TOPIC).message("done")), 403, "AccessDenied");
    }

    @Test
    void throttlingEndsByItself() {
        aws.throttle(2);
        refused(() -> byFilter(ID), 503, "RequestLimitExceeded");
        refused(() -> autoScaling.describeAutoScalingInstances(), 400, "Throttling");
        assertThat(byFilter(ID)).isEmpty();
    }

    @Test
    void outagesLastUntilHealed() {
        aws.failWith(500);
        refused(() -> byFilter(ID), 500, "InternalError");
        aws.refuse();
        assertThatThrownBy(() -> byFilter(ID)).isInstanceOf(SdkClientException.class);
        aws.heal();
        assertThat(byFilter(ID)).isEmpty();
    }

    private List<Instance> byFilter(String... ids) {
        DescribeInstancesRequest request = DescribeInstancesRequest.builder()
                .filters(Filter.builder().name("instance-id").values(ids).build())
                .build();
        return ec2.describeInstances(request).reservations().stream()
                .flatMap(reservation -> reservation.instances().stream())
                .toList();
    }

    private static void refused(ThrowingCallable call, int status, String code) {
        assertThatThrownBy(call).isInstanceOfSatisfying(AwsServiceException.class, e -> {
            assertThat(e.statusCode()).isEqualTo(status);
            assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code);
        });
    }
}
