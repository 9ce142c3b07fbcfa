package io.autoscale.reactor.karaf;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Starts the reactor with its bundle, and has stopped it completely when the bundle is stopped. */
public final class Activator implements BundleActivator {

    private ReactorThread reactor;

    /** Returns at once: the reactor starts on its own thread, and says in the log if it cannot. */
    @Override
    public void start(BundleContext bundle) {
        reactor = new ReactorThread(new Place(bundle));
        reactor.start();
    }

    /** Returns when the reactor has ended; one that is still starting is waited for. */
    @Override
    public void stop(BundleContext bundle) throws InterruptedException {
        reactor.end();
    }
}
