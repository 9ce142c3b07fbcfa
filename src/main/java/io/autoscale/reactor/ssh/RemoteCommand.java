package io.autoscale.reactor.ssh;

import io.autoscale.reactor.failure.Failed;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The command that runs a script on an instance: as root (through {@code sudo -n} if the user is another), under a time
 * limit of its own, for any login shell that knows single quotes. The values are data: each is one quoted argument
 * {@code key=value} of the script, and none is ever part of a program text.
 *
 * <p>Neither the limit nor the script ends with the SSH session, as a cancelled one leaves its script running; so the
 * limit stands in the command.
 */
public final class RemoteCommand {

    /** Linux takes no longer argument, and sshd hands the whole command over as one; a longer one just fails there. */
    static final int LIMIT = 131_072;

    private static final Pattern KEY = Pattern.compile("[a-z][a-z0-9_]{0,31}");

    /**
     * Finds root, then becomes the script under its limit. A REACTOR_ROOT in the environment of the instance says that
     * the script works in a scratch directory and needs no root.
     */
    private static final String LAUNCHER = String.join(
            "\n",
            "limit=$1 script=$2",
            "shift 2",
            "if [ \"$(id -u)\" -eq 0 ] || [ -n \"${REACTOR_ROOT:-}\" ]; then",
            "  exec timeout -k 10 \"$limit\" sh -c \"$script\" bootstrap.sh \"$@\" </dev/null",
            "fi",
            "if sudo -n true </dev/null; then",
            "  exec sudo -n timeout -k 10 \"$limit\" sh -c \"$script\" bootstrap.sh \"$@\" </dev/null",
            "fi",
            "exit 77");

    private final String script;
    private final Duration limit;

    /**
     * @param script text of the script, for {@code sh}
     * @param limit how long it may run on the instance
     */
    public RemoteCommand(String script, Duration limit) {
        this.script = script;
        this.limit = limit;
    }

    /**
     * Returns the command that runs the script with these arguments, in the order of the map.
     *
     * @throws Failed if the command would be too long, or holds what no argument can
     */
    public String text(Map<String, String> arguments) throws Failed {
        StringBuilder text =
                new StringBuilder("exec sh -c ").append(quoted(LAUNCHER)).append(" reactor");
        text.append(' ').append(Math.max(1, limit.toSeconds()));
        text.append(' ').append(quoted(script));
        for (Map.Entry<String, String> argument : arguments.entrySet()) {
            if (!KEY.matcher(argument.getKey()).matches()) {
                throw new IllegalArgumentException("An argument of the script needs a plain lower-case name.");
            }
            if (argument.getValue().indexOf('\0') >= 0) {
                throw new Failed("The value of " + argument.getKey()
                        + " holds a NUL character, which no argument of a program can. Nothing was run.");
            }
            text.append(' ').append(quoted(argument.getKey() + "=" + argument.getValue()));
        }
        return checked(text.toString());
    }

    private static String checked(String command) throws Failed {
        int length = command.getBytes(StandardCharsets.UTF_8).length;
        if (length >= LIMIT) {
            throw new Failed("The command for the instance is " + length + " bytes long, the most is " + (LIMIT - 1)
                    + ": shorten bootstrap.sh or its arguments. Nothing was run.");
        }
        return command;
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
