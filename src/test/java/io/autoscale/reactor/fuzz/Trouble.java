package io.autoscale.reactor.fuzz;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What the log must not show while anything from outside is read: a stack trace, an error, a line that is two. */
final class Trouble extends AppenderBase<ILoggingEvent> implements AutoCloseable {

    private static final int MOST = 20;

    /** Warns when this machine is too busy to give a thread its turn. */
    private static final String BUSY = "io.vertx.core.impl.BlockedThreadChecker";

    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final List<String> lines = new CopyOnWriteArrayList<>();

    Trouble() {
        setContext(root.getLoggerContext());
        start();
        root.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
        boolean expected = event.getLoggerName().equals("receive") && event.getLevel() == Level.WARN
                || event.getLevel().toInt() < Level.WARN_INT
                || event.getLoggerName().equals(BUSY);
        String line = event.getFormattedMessage();
        boolean fine = expected
                && (event.getThrowableProxy() == null || event.getLoggerName().equals(BUSY))
                && WellFormed.isOneLine(line, 2000);
        if (!fine && lines.size() < MOST) {
            lines.add(event.getLevel() + " " + event.getLoggerName() + ": " + line
                    + (event.getThrowableProxy() == null
                            ? ""
                            : " (" + event.getThrowableProxy().getClassName() + ")"));
        }
    }

    List<String> lines() {
        return lines;
    }

    @Override
    public void close() {
        root.detachAppender(this);
    }
}
