package io.autoscale.reactor.event;

/**
 * A lifecycle action that Auto Scaling waits for.
 *
 * @param name LifecycleHookName
 * @param token LifecycleActionToken
 * @see <a href="https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html">Lifecycle hooks</a>
 */
public record LifecycleHook(String name, String token) {

    /** Leaves out the token, which is all that it takes to answer the hook. */
    @Override
    public String toString() {
        return name;
    }
}
