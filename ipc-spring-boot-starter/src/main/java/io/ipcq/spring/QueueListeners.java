// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.context.SmartLifecycle;

/**
 * All listeners of the application: starts them when it has started, and stops them first when it ends. Thread-safe.
 *
 * <p>They end before the web server does, so that nothing is taken any more while it finishes its requests.
 */
public final class QueueListeners implements SmartLifecycle {

    /** As the containers of Kafka's listeners have it. */
    static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 100;

    private static final Log LOG = LogFactory.getLog(QueueListeners.class);

    /** A listener, of which the container is made when the application starts: its queue may be made late. */
    record Endpoint(String id, boolean autoStartup, Supplier<QueueListenerContainer> container) {}

    private final Duration shutdownTimeout;
    private final Map<String, Endpoint> endpoints = new LinkedHashMap<>();
    private final Map<String, QueueListenerContainer> containers = new LinkedHashMap<>();
    private boolean running;
    private Runnable beforeFirst = () -> {};

    QueueListeners(Duration shutdownTimeout) {
        this.shutdownTimeout = shutdownTimeout;
    }

    /** What is done before any container starts. */
    synchronized void beforeFirst(Runnable step) {
        beforeFirst = step;
    }

    synchronized void add(Endpoint endpoint) {
        if (endpoints.putIfAbsent(endpoint.id(), endpoint) != null) {
            throw new IllegalStateException("two listeners have one id: id=" + endpoint.id()
                    + "; give one of them another, by @QueueListener(id = ...)");
        }
        if (running) { // a bean that was made after the start
            start(endpoint);
        }
    }

    /** One of them, once the application has started. */
    public synchronized Optional<QueueListenerContainer> get(String id) {
        return Optional.ofNullable(containers.get(id));
    }

    /** All of them, once the application has started. */
    public synchronized Collection<QueueListenerContainer> all() {
        return List.copyOf(containers.values());
    }

    @Override
    public synchronized void start() {
        running = true;
        endpoints.values().forEach(this::start);
    }

    private void start(Endpoint endpoint) {
        QueueListenerContainer container = containers.computeIfAbsent(
                endpoint.id(), any -> endpoint.container().get());
        beforeFirst.run(); // also for one that the application starts itself
        if (endpoint.autoStartup()) {
            container.start();
        }
    }

    @Override
    public void stop() {
        Collection<QueueListenerContainer> all;
        synchronized (this) {
            running = false;
            all = List.copyOf(containers.values());
        }
        List<Thread> stopping = new ArrayList<>();
        for (QueueListenerContainer container : all) {
            Thread thread = new Thread(() -> stop(container), "ipcq-stop-" + container.id());
            thread.start();
            stopping.add(thread);
        }
        boolean interrupted = false;
        for (Thread thread : stopping) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException later) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void stop(QueueListenerContainer container) {
        if (!container.stop(shutdownTimeout)) {
            LOG.warn("a listener still works on an element, though it was interrupted: id=" + container.id());
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
