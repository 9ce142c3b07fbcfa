package io.autoscale.reactor.karaf;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.runtime.ObjectMethods;
import java.util.List;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.core.remoting.impl.invm.InVMConnector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What libraries leave in the JVM when all of the reactor has been closed: nothing of it may outlive the bundle. */
final class Leftovers {

    private static final Logger LOG = LoggerFactory.getLogger("reactor");

    private Leftovers() {}

    static void release() {
        ActiveMQClient.clearThreadPools();
        InVMConnector.resetThreadPool();
        forgetRecords();
    }

    /**
     * Before JDK 20 a method handle remembers, strongly, the last type that it was converted to. The JDK makes equals,
     * hashCode and toString of all records from a few handles of its own, so these keep the last record that was used,
     * and with it its class loader (JDK-8078641). Making such methods of a class of the JDK has them remember that one.
     */
    private static void forgetRecords() {
        MethodHandle getter = MethodHandles.identity(Integer.class);
        try {
            for (String method : List.of("equals", "hashCode", "toString")) {
                ObjectMethods.bootstrap(
                        MethodHandles.lookup(), method, MethodHandle.class, Integer.class, "value", getter);
            }
        } catch (Throwable e) {
            // Nothing breaks: a class loader stays until the next record is used.
            LOG.debug("Records are not forgotten.", e);
        }
    }
}
