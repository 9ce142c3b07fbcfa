package io.autoscale.reactor.check;

import io.autoscale.reactor.failure.Failed;
import io.autoscale.reactor.salt.MinionKeys;
import io.autoscale.reactor.salt.NotPermitted;
import io.autoscale.reactor.salt.SaltSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;

/** Logs in to salt-api and calls each function that the reactor needs in a way that does nothing. */
final class SaltPermissions implements Probe {

    private static final String ACCEPT = "key.accept_dict";
    private static final String DELETE = "key.delete_dict";

    private final SaltSettings settings;
    private final ProducerTemplate template;
    private final MinionKeys keys = new MinionKeys();

    /** @param template of a context in which the routes of {@code salt.camel.yaml} run */
    SaltPermissions(SaltSettings settings, ProducerTemplate template) {
        this.settings = settings;
        this.template = template;
    }

    @Override
    public List<Finding> findings() throws Exception {
        List<Finding> findings = new ArrayList<>();
        call(keys.print(Check.NOBODY), findings);
        call(Map.of("client", "wheel", "fun", ACCEPT, "match", Map.of()), findings);
        callWithoutArgument(DELETE, findings);
        call(keys.ping(Check.NOBODY), findings);
        return findings.isEmpty()
                ? List.of(Finding.ok(settings + ": key.print, " + ACCEPT + ", " + DELETE + " and test.ping permitted"))
                : findings;
    }

    private void call(Map<String, Object> call, List<Finding> findings) throws Exception {
        try {
            template.requestBody("direct:salt", call);
        } catch (CamelExecutionException e) {
            if (e.getCause() instanceof NotPermitted denied) {
                findings.add(Finding.failed(denied.getMessage()));
            } else if (e.getCause() instanceof Exception cause) {
                throw cause;
            } else {
                throw e;
            }
        }
    }

    /**
     * Permissions come before arguments, so a call that lacks its argument tells them apart. With an empty one the master
     * would rotate its key, as after every deletion.
     */
    private void callWithoutArgument(String function, List<Finding> findings) throws Exception {
        try {
            call(Map.of("client", "wheel", "fun", function), findings);
        } catch (Failed e) {
            // It is permitted and did nothing; whatever else may fail has shown itself with the calls before.
        }
    }
}
