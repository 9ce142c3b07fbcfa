package io.autoscale.reactor.routes;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.autoscaling.AutoScalingClient;
import software.amazon.awssdk.services.autoscaling.model.AutoScalingInstanceDetails;
import software.amazon.awssdk.services.autoscaling.model.DescribeAutoScalingInstancesRequest;
import software.amazon.awssdk.services.autoscaling.model.DescribeAutoScalingInstancesResponse;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.GetConsoleOutputRequest;
import software.amazon.awssdk.services.ec2.model.GetConsoleOutputResponse;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.Reservation;

/** Answers in the place of EC2 and Auto Scaling. */
final class MockEc2 implements Processor {

    private final Map<String, Instance> instances = new HashMap<>();
    private final Map<String, String> lifecycles = new HashMap<>();
    private final List<DescribeInstancesRequest> questions = new ArrayList<>();
    private final Deque<RuntimeException> failures = new ArrayDeque<>();
    private Supplier<GetConsoleOutputResponse> console =
            () -> GetConsoleOutputResponse.builder().build();
    private Runnable onQuestion = () -> {};

    /** EC2 knows the instance in this state, such as {@code running}. */
    void instance(String id, String state) {
        instances.put(
                id,
                Instance.builder()
                        .instanceId(id)
                        .state(s -> s.name(state))
                        .privateIpAddress("10.0.3.7")
                        .build());
    }

    /** Auto Scaling has it in this LifecycleState. */
    void lifecycle(String id, String state) {
        lifecycles.put(id, state);
    }

    /** The next question fails with this error code. */
    void fail(int status, String code) {
        failures.add(exception(status, code));
    }

    void consoleShows(String text) {
        String encoded = Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
        console = () -> GetConsoleOutputResponse.builder().output(encoded).build();
    }

    void consoleFails(int status, String code) {
        console = () -> {
            throw exception(status, code);
        };
    }

    /** Runs at each question. */
    void onQuestion(Runnable action) {
        onQuestion = action;
    }

    /** The ids of each question. */
    List<List<String>> questions() {
        return questions.stream().map(q -> q.filters().get(0).values()).toList();
    }

    @Override
    public void process(Exchange exchange) {
        DescribeInstancesRequest question = exchange.getMessage().getBody(DescribeInstancesRequest.class);
        questions.add(question);
        onQuestion.run();
        if (!failures.isEmpty()) {
            throw failures.remove();
        }
        List<Instance> found = question.filters().get(0).values().stream()
                .filter(instances::containsKey)
                .map(instances::get)
                .toList();
        exchange.getMessage()
                .setBody(DescribeInstancesResponse.builder()
                        .reservations(Reservation.builder().instances(found).build())
                        .build());
    }

    /** @param now gives the mock of the test that runs */
    static Ec2Client consoleClient(Supplier<MockEc2> now) {
        return new Ec2Client() {
            @Override
            public GetConsoleOutputResponse getConsoleOutput(GetConsoleOutputRequest request) {
                return now.get().console.get();
            }

            @Override
            public String serviceName() {
                return SERVICE_NAME;
            }

            @Override
            public void close() {}
        };
    }

    /** @param now gives the mock of the test that runs */
    static AutoScalingClient autoScalingClient(Supplier<MockEc2> now) {

        return new AutoScalingClient() {
            @Override
            public DescribeAutoScalingInstancesResponse describeAutoScalingInstances(
                    DescribeAutoScalingInstancesRequest request) {
                Map<String, String> lifecycles = now.get().lifecycles;
                return DescribeAutoScalingInstancesResponse.builder()
                        .autoScalingInstances(request.instanceIds().stream()
                                .filter(lifecycles::containsKey)
                                .map(id -> AutoScalingInstanceDetails.builder()
                                        .instanceId(id)
                                        .lifecycleState(lifecycles.get(id))
                                        .build())
                                .toList())
                        .build();
            }

            @Override
            public String serviceName() {
                return SERVICE_NAME;
            }

            @Override
            public void close() {}
        };
    }

    private static RuntimeException exception(int status, String code) {
        return Ec2Exception.builder()
                .statusCode(status)
                .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).build())
                .build();
    }
}
