package io.autoscale.reactor;

import io.autoscale.reactor.check.Exposure;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once, in the log, with which settings the reactor has started and where it listens. */
final class StartReport extends MainListenerSupport {

    private static final Logger LOG = LoggerFactory.getLogger("reactor");

    @Override
    public void afterStart(BaseMainSupport main) {
        Settings settings = main.getCamelContext().getRegistry().lookupByNameAndType("settings", Settings.class);
        settings.summary().lines().forEach(LOG::info);
        Exposure.of(settings).warnings().forEach(LOG::warn);
        settings.inClear().forEach(LOG::warn);
        LOG.info(
                "Started {}: deliveries are taken at port {}{}, health and metrics stand at port {}.",
                App.version(),
                property(main, "camel.server.port"),
                settings.sns().webhookPath(),
                property(main, "camel.management.port"));
    }

    private static String property(BaseMainSupport main, String key) {
        return main.getCamelContext().resolvePropertyPlaceholders("{{" + key + "}}");
    }
}
