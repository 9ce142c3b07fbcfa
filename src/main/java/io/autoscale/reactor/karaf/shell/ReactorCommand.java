package io.autoscale.reactor.karaf.shell;

import io.autoscale.reactor.Commands;
import io.autoscale.reactor.karaf.Place;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.osgi.framework.BundleContext;

/** A command about the reactor of this bundle. */
abstract class ReactorCommand implements Action {

    @Reference
    private BundleContext bundle;

    Commands commands() {
        return new Commands(new Place(bundle).home());
    }
}
