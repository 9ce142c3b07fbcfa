package io.autoscale.reactor.standin;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * The query APIs of EC2, Auto Scaling, SNS and STS, all behind one URL: what the reactor asks of AWS, and the errors
 * that AWS gives. The service is told apart by the {@code Version} of the request. Made to be the {@code
 * AWS_ENDPOINT_URL} of the real SDK clients; signatures are not looked at.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/">EC2 API reference</a>
 * @see <a href="https://docs.aws.amazon.com/autoscaling/ec2/APIReference/">Auto Scaling API reference</a>
 */
public class Aws extends HttpStandIn {

    private static final Pattern EC2_ID = Pattern.compile("i-(?:[0-9a-f]{8}|[0-9a-f]{17})");
    private static final int MOST_INSTANCES_PER_AUTO_SCALING_CALL = 50;
    private static final int MOST_FILTER_VALUES = 200;

    private final Map<String, Instance> instances = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> unknownFor = new ConcurrentHashMap<>();
    private final Set<String> throttledActions = ConcurrentHashMap.newKeySet();
    private final Set<String> unauthorized = ConcurrentHashMap.newKeySet();
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final AtomicInteger throttled = new AtomicInteger();

    public Aws() {
        super("stand-in-aws");
    }

    // ---- instances ---------------------------------------------------------------------------------------------

    /** The instance of this id; if there is none yet, a new one: running, on 127.0.0.1, InService in the group web. */
    public Instance instance(String id) {
        return instances.computeIfAbsent(id, Instance::new);
    }

    /** The instance begins to shut down. */
    public void terminate(String id) {
        existing(id).state("shutting-down").lifecycleState("Terminating");
    }

    /** The instance has ended: EC2 still shows it, without addresses; its group does not know it any more. */
    public void gone(String id) {
        existing(id).state("terminated").privateIp("").publicIp("").group("");
    }

    private Instance existing(String id) {
        return Optional.ofNullable(instances.get(id))
                .orElseThrow(() -> new IllegalArgumentException("There is no instance " + id + " here."));
    }

    /** The instance is unknown from now on, as an hour after its end. */
    public void forget(String id) {
        instances.remove(id);
    }

    /** The next so many questions about this instance find nothing, as in the first seconds after a launch. */
    public void unknownFor(String id, int calls) {
        unknownFor.put(id, new AtomicInteger(calls));
    }

    // ---- what was asked ----------------------------------------------------------------------------------------

    /** Every call that came through, also those that were answered with an error, in order. */
    public List<Call> calls() {
        return List.copyOf(calls);
    }

    public List<Call> calls(String action) {
        return calls.stream().filter(call -> call.action().equals(action)).toList();
    }

    // ---- faults (more in HttpStandIn) --------------------------------------------------------------------------

    /** The next so many calls are refused: RequestLimitExceeded by EC2, Throttling by the others. */
    public void throttle(int calls) {
        throttled.set(calls);
    }

    /** From now on every call of this action is refused as by {@link #throttle(int)}. */
    public void throttle(String action) {
        throttledActions.add(action);
    }

    @Override
    public void heal() {
        throttled.set(0);
        throttledActions.clear();
        super.heal();
    }

    /** From now on every call gets this status, 500 or 503 for an AWS that is ill. */
    public void failWith(int status) {
        failWith(status, Service.EC2.error("InternalError", "An internal error has occurred"));
    }

    /** Takes the permission for one action, such as {@code DescribeInstances}. */
    public void unauthorized(String action) {
        unauthorized.add(action);
    }

    public void authorized(String action) {
        unauthorized.remove(action);
    }

    // ---- HTTP --------------------------------------------------------------------------------------------------

    @Override
    Answer answer(Request request) {
        Map<String, String> form = request.form();
        String action = form.getOrDefault("Action", "");
        Service service = Service.of(form.getOrDefault("Version", ""));
        calls.add(new Call(action, ids(form), Map.copyOf(form), Instant.now()));
        try {
            if (throttled.getAndUpdate(left -> Math.max(0, left - 1)) > 0 || throttledActions.contains(action)) {
                throw service.throttled();
            }
            if (unauthorized.contains(action)) {
                throw service.unauthorized();
            }
            if (form.getOrDefault("DryRun", "false").equals("true")) {
                throw new Refused(412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
            }
            String result =
                    switch (service + " " + action) {
                        case "EC2 DescribeInstances" -> describeInstances(form);
                        case "EC2 GetConsoleOutput" -> consoleOutput(form);
                        case "AUTOSCALING DescribeAutoScalingInstances" -> describeAutoScalingInstances(form);
                        case "AUTOSCALING CompleteLifecycleAction" -> completeLifecycleAction(form);
                        case "AUTOSCALING RecordLifecycleActionHeartbeat" -> heartbeat(form);
                        case "SNS ConfirmSubscription" -> confirmSubscription(form);
                        case "SNS Publish" -> element("MessageId", UUID.randomUUID());
                        case "STS GetCallerIdentity" -> callerIdentity();
                        default ->
                            throw new Refused(
                                    400,
                                    "InvalidAction",
                                    "The action " + action + " is not valid for this web service.");
                    };
            return xml(200, service.response(action, result));
        } catch (Refused refused) {
            return xml(refused.status, service.error(refused.code, refused.getMessage()));
        }
    }

    private static Answer xml(int status, String body) {
        return new Answer(status, "text/xml;charset=UTF-8", body);
    }

    // ---- EC2 ---------------------------------------------------------------------------------------------------

    /** By ids, of which one that is unknown fails the whole call; or by the filter instance-id, which only looks. */
    private String describeInstances(Map<String, String> form) throws Refused {
        List<String> ids = numbered(form, "InstanceId.");
        for (String id : ids) {
            known(id);
        }
        List<Instance> found = new ArrayList<>();
        if (ids.isEmpty()) {
            Optional<List<String>> filter = filter(form);
            if (form.containsKey(filter.isPresent() ? "Filter.2.Name" : "Filter.1.Name")) {
                throw new Refused(400, "InvalidParameterValue", "This stand-in knows no filter but instance-id, once.");
            }
            if (filter.isPresent() && filter.get().size() > MOST_FILTER_VALUES) {
                throw new Refused(
                        400,
                        "FilterLimitExceeded",
                        "The maximum length for a filter value list is " + MOST_FILTER_VALUES + ".");
            }
            filter.orElseGet(() -> List.copyOf(instances.keySet())).forEach(id -> find(id).ifPresent(found::add));
        } else {
            ids.forEach(id -> found.add(instances.get(id)));
        }
        StringBuilder reservations = new StringBuilder();
        found.forEach(instance -> reservations.append(element("item", instance.toEc2())));
        return element("reservationSet", reservations);
    }

    private static Optional<List<String>> filter(Map<String, String> form) {
        return form.getOrDefault("Filter.1.Name", "").equals("instance-id")
                ? Optional.of(numbered(form, "Filter.1.Value."))
                : Optional.empty();
    }

    private String consoleOutput(Map<String, String> form) throws Refused {
        Instance instance = known(form.getOrDefault("InstanceId", ""));
        String text = instance.consoleOutput;
        return element("instanceId", instance.id)
                + element("timestamp", Instant.now().truncatedTo(ChronoUnit.SECONDS))
                + (text.isEmpty()
                        ? ""
                        : element("output", Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8))));
    }

    private Instance known(String id) throws Refused {
        if (!EC2_ID.matcher(id).matches()) {
            throw new Refused(400, "InvalidInstanceID.Malformed", "Invalid id: \"" + id + "\"");
        }
        return find(id).orElseThrow(() ->
                new Refused(400, "InvalidInstanceID.NotFound", "The instance ID '" + id + "' does not exist"));
    }

    private Optional<Instance> find(String id) {
        AtomicInteger hidden = unknownFor.getOrDefault(id, new AtomicInteger());
        if (hidden.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            return Optional.empty();
        }
        return Optional.ofNullable(instances.get(id));
    }

    // ---- Auto Scaling ------------------------------------------------------------------------------------------

    private String describeAutoScalingInstances(Map<String, String> form) throws Refused {
        List<String> ids = numbered(form, "InstanceIds.member.");
        if (ids.size() > MOST_INSTANCES_PER_AUTO_SCALING_CALL) {
            throw new Refused(
                    400,
                    "ValidationError",
                    "The number of instance ids that may be passed in is limited to "
                            + MOST_INSTANCES_PER_AUTO_SCALING_CALL);
        }
        StringBuilder members = new StringBuilder();
        for (String id : ids.isEmpty() ? List.copyOf(instances.keySet()) : ids) {
            find(id).filter(instance -> !instance.group.isEmpty())
                    .ifPresent(instance -> members.append(element("member", instance.toAutoScaling())));
        }
        return element("AutoScalingInstances", members);
    }

    /** A launching instance goes into service; a terminating one begins to shut down. */
    private String completeLifecycleAction(Map<String, String> form) throws Refused {
        Instance waiting = waiting(form);
        if (waiting.lifecycleState.equals("Terminating:Wait")
                || form.getOrDefault("LifecycleActionResult", "").equals("ABANDON")) {
            waiting.lifecycleState("Terminating:Proceed").state("shutting-down");
        } else {
            waiting.lifecycleState("InService");
        }
        return "";
    }

    private String heartbeat(Map<String, String> form) throws Refused {
        waiting(form);
        return "";
    }

    /** The instance that waits in a lifecycle hook, found by its id or by its lifecycle action token. */
    private Instance waiting(Map<String, String> form) throws Refused {
        String id = form.getOrDefault("InstanceId", "");
        String token = form.getOrDefault("LifecycleActionToken", "");
        return instances.values().stream()
                .filter(instance -> instance.lifecycleState.endsWith(":Wait"))
                .filter(instance -> instance.group.equals(form.get("AutoScalingGroupName")))
                .filter(instance -> id.isEmpty() || instance.id.equals(id))
                .filter(instance -> !id.isEmpty() || !token.isEmpty() && instance.lifecycleToken.equals(token))
                .findFirst()
                .orElseThrow(() -> new Refused(
                        400,
                        "ValidationError",
                        "No active Lifecycle Action found with "
                                + (token.isEmpty() ? "instance ID " + id : "token " + token)));
    }

    // ---- SNS and STS -------------------------------------------------------------------------------------------

    private static String confirmSubscription(Map<String, String> form) throws Refused {
        if (form.getOrDefault("Token", "").isEmpty()) {
            throw new Refused(400, "InvalidParameter", "Invalid parameter: Token");
        }
        return element("SubscriptionArn", form.get("TopicArn") + ":" + UUID.randomUUID());
    }

    private static String callerIdentity() {
        return element("Arn", "arn:aws:sts::123456789012:assumed-role/reactor/i-0123456789abcdef0")
                + element("UserId", "AROAEXAMPLE:i-0123456789abcdef0")
                + element("Account", "123456789012");
    }

    // ---- the wire ----------------------------------------------------------------------------------------------

    private static List<String> ids(Map<String, String> form) {
        List<String> ids = new ArrayList<>(numbered(form, "InstanceId."));
        ids.addAll(numbered(form, "InstanceIds.member."));
        filter(form).ifPresent(ids::addAll);
        if (form.containsKey("InstanceId")) {
            ids.add(form.get("InstanceId"));
        }
        return List.copyOf(ids);
    }

    private static List<String> numbered(Map<String, String> form, String prefix) {
        List<String> values = new ArrayList<>();
        for (int n = 1; form.containsKey(prefix + n); n++) {
            values.add(form.get(prefix + n));
        }
        return values;
    }

    /** An element around content that is XML already. */
    private static String element(String name, Object content) {
        return "<" + name + ">" + content + "</" + name + ">";
    }

    private static String text(String name, String value) {
        return element(name, value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"));
    }

    private static String textIfAny(String name, String value) {
        return value.isEmpty() ? "" : text(name, value);
    }

    /** One call: the instance ids in it, wherever they stood, and everything that was sent. */
    public record Call(String action, List<String> ids, Map<String, String> parameters, Instant at) {}

    /** One instance; set what matters, the rest is ordinary. */
    public static class Instance {

        private static final Map<String, Integer> STATE_CODES = Map.of(
                "pending", 0, "running", 16, "shutting-down", 32, "terminated", 48, "stopping", 64, "stopped", 80);

        private final String id;
        private final Map<String, String> tags = new ConcurrentHashMap<>();
        private volatile String state = "running";
        private volatile String privateIp = "127.0.0.1";
        private volatile String publicIp = "";
        private volatile String group = "web";
        private volatile String lifecycleState = "InService";
        private volatile String lifecycleToken = "";
        private volatile String consoleOutput = "";
        private volatile Instant launchTime = Instant.now().truncatedTo(ChronoUnit.SECONDS);

        Instance(String id) {
            this.id = id;
        }

        /** pending, running, shutting-down, terminated, stopping or stopped. */
        public Instance state(String name) {
            if (!STATE_CODES.containsKey(name)) {
                throw new IllegalArgumentException("EC2 has no instance state " + name);
            }
            state = name;
            return this;
        }

        /** Empty for none. */
        public Instance privateIp(String address) {
            privateIp = address;
            return this;
        }

        /** Empty for none. */
        public Instance publicIp(String address) {
            publicIp = address;
            return this;
        }

        /** Empty for an instance of no Auto Scaling group. */
        public Instance group(String name) {
            group = name;
            return this;
        }

        /** Pending:Wait, InService, Terminating:Wait, Warmed:Running, ... */
        public Instance lifecycleState(String name) {
            lifecycleState = name;
            return this;
        }

        public String lifecycleState() {
            return lifecycleState;
        }

        /** The token by which a lifecycle action of this instance may be completed. */
        public Instance lifecycleToken(String token) {
            lifecycleToken = token;
            return this;
        }

        public Instance tag(String key, String value) {
            tags.put(key, value);
            return this;
        }

        public Instance launchTime(Instant time) {
            launchTime = time;
            return this;
        }

        /** What the console shows; empty for nothing yet. */
        public Instance consoleOutput(String text) {
            consoleOutput = text;
            return this;
        }

        private String toEc2() {
            StringBuilder tagSet = new StringBuilder();
            tags.forEach((key, value) -> tagSet.append(element("item", text("key", key) + text("value", value))));
            if (!group.isEmpty()) {
                tagSet.append(element("item", text("key", "aws:autoscaling:groupName") + text("value", group)));
            }
            return text("reservationId", "r" + id.substring(1))
                    + text("ownerId", "123456789012")
                    + element(
                            "instancesSet",
                            element(
                                    "item",
                                    text("instanceId", id)
                                            + text("imageId", "ami-0123456789abcdef0")
                                            + element(
                                                    "instanceState",
                                                    element("code", STATE_CODES.get(state)) + text("name", state))
                                            + text("instanceType", "t3.micro")
                                            + element("launchTime", launchTime)
                                            + textIfAny("privateIpAddress", privateIp)
                                            + textIfAny("ipAddress", publicIp)
                                            + element("tagSet", tagSet)));
        }

        private String toAutoScaling() {
            return text("InstanceId", id)
                    + text("AutoScalingGroupName", group)
                    + text("AvailabilityZone", "eu-central-1a")
                    + text("LifecycleState", lifecycleState)
                    + text("HealthStatus", "HEALTHY")
                    + element("ProtectedFromScaleIn", false);
        }
    }

    /** How each service wraps its answers. */
    private enum Service {
        EC2("2016-11-15", "http://ec2.amazonaws.com/doc/2016-11-15/"),
        AUTOSCALING("2011-01-01", "http://autoscaling.amazonaws.com/doc/2011-01-01/"),
        SNS("2010-03-31", "http://sns.amazonaws.com/doc/2010-03-31/"),
        STS("2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/");

        private final String version;
        private final String namespace;

        Service(String version, String namespace) {
            this.version = version;
            this.namespace = namespace;
        }

        static Service of(String version) {
            for (Service service : values()) {
                if (service.version.equals(version)) {
                    return service;
                }
            }
            return EC2;
        }

        String response(String action, String result) {
            String requestId = element(this == EC2 ? "requestId" : "RequestId", UUID.randomUUID());
            String content = this == EC2
                    ? requestId + result
                    : element(action + "Result", result) + element("ResponseMetadata", requestId);
            String name = action + "Response";
            return "<" + name + " xmlns=\"" + namespace + "\">" + content + "</" + name + ">";
        }

        String error(String code, String message) {
            String error = text("Code", code) + text("Message", message);
            if (this == EC2) {
                return element(
                        "Response",
                        element("Errors", element("Error", error)) + element("RequestID", UUID.randomUUID()));
            }
            return "<ErrorResponse xmlns=\"" + namespace + "\">"
                    + element("Error", text("Type", "Sender") + error)
                    + element("RequestId", UUID.randomUUID()) + "</ErrorResponse>";
        }

        Refused throttled() {
            return this == EC2
                    ? new Refused(503, "RequestLimitExceeded", "Request limit exceeded.")
                    : new Refused(400, "Throttling", "Rate exceeded");
        }

        Refused unauthorized() {
            return this == EC2
                    ? new Refused(403, "UnauthorizedOperation", "You are not authorized to perform this operation.")
                    : new Refused(403, "AccessDenied", "User is not authorized to perform this action.");
        }
    }

    /** AWS answers with an error of this code. */
    private static class Refused extends Exception {

        private static final long serialVersionUID = 1L;
        private final int status;
        private final String code;

        Refused(int status, String code, String message) {
            super(message);
            this.status = status;
            this.code = code;
        }
    }
}
