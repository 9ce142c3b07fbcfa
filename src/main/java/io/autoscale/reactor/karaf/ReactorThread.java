package io.autoscale.reactor.karaf;

import io.autoscale.reactor.Beans;
import io.autoscale.reactor.Reactor;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.main.MainShutdownStrategy;
import org.apache.camel.main.SimpleMainShutdownStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A reactor from its start to its end, all on one thread. */
final class ReactorThread {

    private static final Logger LOG = LoggerFactory.getLogger("reactor");

    /** Before the next start, where the embedded broker has ended by itself; a disk may be full for long. */
    private static final Duration PAUSE = Duration.ofSeconds(30);

    private final Place place;
    private final CountDownLatch end = new CountDownLatch(1);
    private final BundleThread thread = new BundleThread(this::run, "ec2-autoscale-reactor");
    private volatile MainShutdownStrategy life = new SimpleMainShutdownStrategy();

    ReactorThread(Place place) {
        this.place = place;
    }

    void start() {
        thread.start();
    }

    void end() throws InterruptedException {
        end.countDown();
        life.shutdown();
        thread.join();
    }

    private void run() {
        try {
            OwnBouncyCastle.use();
            boolean again = false;
            do {
                again |= live();
            } while (again && !end.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS));
            // Also after a start that failed: a command may have used what is released then.
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception | LinkageError e) {
            // A class may be missing in this Karaf that was there in the one that this was tried in.
            LOG.error("The reactor did not start.", e);
        } finally {
            Leftovers.release();
        }
    }

    /** Runs one reactor; returns whether it ended because its broker did. */
    private boolean live() throws IOException {
        // Registers no shutdown hook: Karaf stops its bundles by itself.
        MainShutdownStrategy strategy = new SimpleMainShutdownStrategy();
        life = strategy;
        if (end.getCount() == 0) {
            return false;
        }
        place.furnish();
        AtomicBoolean broken = new AtomicBoolean();
        Main main = Reactor.main(place.home(), Clock.systemUTC());
        main.setShutdownStrategy(strategy);
        main.addMainListener(new BundleClasses());
        main.bind(Beans.WHEN_BROKER_FAILS, (Runnable) () -> {
            LOG.error("The reactor ends now, and starts again in {} s.", PAUSE.toSeconds());
            broken.set(true);
            strategy.shutdown();
        });
        Reactor.run(main)
                .ifPresent(problem -> LOG.error(
                        "The reactor did not start. {}{}Mend it in {}, see what reactor:check says,"
                                + " and then: bundle:restart ec2-autoscale-reactor",
                        problem,
                        System.lineSeparator(),
                        place.home().directory()));
        return broken.get();
    }

    /** Has Camel look for classes in the bundle, on whatever thread. */
    private static final class BundleClasses extends MainListenerSupport {
        @Override
        public void beforeInitialize(BaseMainSupport main) {
            main.getCamelContext().setApplicationContextClassLoader(ReactorThread.class.getClassLoader());
        }
    }
}
