package io.autoscale.reactor.standin;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the program writes to its console from now on, byte for byte as {@code logback.xml} has it. */
public final class ConsoleLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {

    private final ch.qos.logback.classic.Logger root;
    private final Encoder<ILoggingEvent> encoder;
    private final List<String> written = new CopyOnWriteArrayList<>();

    private ConsoleLog(ch.qos.logback.classic.Logger root) {
        this.root = root;
        this.encoder = ((ConsoleAppender<ILoggingEvent>) root.getAppender("console")).getEncoder();
    }

    public static ConsoleLog open() {
        LoggerContext logback = (LoggerContext) LoggerFactory.getILoggerFactory();
        ConsoleLog log = new ConsoleLog(logback.getLogger(Logger.ROOT_LOGGER_NAME));
        log.setContext(logback);
        log.start();
        log.root.addAppender(log);
        return log;
    }

    @Override
    protected void append(ILoggingEvent event) {
        written.add(new String(encoder.encode(event), StandardCharsets.UTF_8));
    }

    /** All that was written. */
    public String text() {
        return written.stream().collect(Collectors.joining());
    }

    @Override
    public void close() {
        root.detachAppender(this);
        stop();
    }
}
