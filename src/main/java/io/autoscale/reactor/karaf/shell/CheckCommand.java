package io.autoscale.reactor.karaf.shell;

import io.autoscale.reactor.karaf.BundleThread;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code reactor:check}; fails if something has to be mended. */
@Service
@Command(
        scope = "reactor",
        name = "check",
        description = "Try the settings, the routes and every outside system, and say how to mend what fails.")
public final class CheckCommand extends ReactorCommand {

    @Override
    public Object execute() throws Exception {
        ByteArrayOutputStream findings = new ByteArrayOutputStream();
        int result = BundleThread.call(
                "reactor-check", () -> commands().check(new PrintStream(findings, true, StandardCharsets.UTF_8)));
        System.out.print(findings.toString(StandardCharsets.UTF_8));
        if (result != 0) {
            throw new IllegalStateException("Something has to be mended.");
        }
        return null;
    }
}
