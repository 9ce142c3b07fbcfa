package io.autoscale.reactor.karaf;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A thread on which libraries find the bundle's classes, and which takes what they leave on it along when it ends. Karaf's
 * own threads live on, so nothing of the reactor runs on them.
 */
public final class BundleThread extends Thread {

    BundleThread(Runnable task, String name) {
        super(null, task, name, 0, false);
        setContextClassLoader(BundleThread.class.getClassLoader());
    }

    /** Calls it on a thread of its own, and waits for it. */
    public static <T> T call(String name, Callable<T> task) throws Exception {
        FutureTask<T> future = new FutureTask<>(task);
        BundleThread thread = new BundleThread(future, name);
        thread.start();
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception failure) {
                throw failure;
            }
            throw e;
        } catch (InterruptedException e) {
            thread.interrupt();
            throw e;
        } finally {
            thread.join();
        }
    }
}
