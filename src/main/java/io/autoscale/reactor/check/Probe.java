package io.autoscale.reactor.check;

import java.util.List;

/** Tries one thing without changing anything. */
@FunctionalInterface
interface Probe {

    /** @throws Exception if it cannot even be tried; its message becomes the finding */
    List<Finding> findings() throws Exception;
}
