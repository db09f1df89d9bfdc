// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import io.ipcq.memory.Deadline;
import io.ipcq.process.ChildProcess;
import io.ipcq.queue.QueueShutdownException;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/** Calls a method in child processes, each of which is this application with nothing but that one listener. */
final class ListenerProcesses implements QueueListenerContainer {

    /** In a child: the listener that it is for. */
    static final String ONLY = "ipcq.listener.only";

    private static final String INHERITED = "ipcqInheritedQueues";

    private static final Log LOG = LogFactory.getLog(QueueListener.class);
    private static final Duration AFTER_PATIENCE = Duration.ofSeconds(5);
    private static final long FIRST_PAUSE_MILLIS = 500;
    private static final long LONGEST_PAUSE_MILLIS = 30_000;
    private static final long HEALTHY_NANOS = Duration.ofMinutes(1).toNanos();

    private static final String PAUSE = "pause";
    private static final String RESUME = "resume";

    /** What a child runs. */
    record Application(Class<?> source, List<String> arguments, String listener, InheritedQueues queues)
            implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    private final Application application;
    private final int processes;
    private final ListenerSurroundings surroundings;
    private List<Keeper> running = List.of(); // guarded by this

    ListenerProcesses(Application application, int processes, ListenerSurroundings surroundings) {
        this.application = application;
        this.processes = processes;
        this.surroundings = surroundings;
    }

    @Override
    public String id() {
        return application.listener();
    }

    @Override
    public synchronized void start() {
        if (isRunning()) {
            return;
        }
        List<Keeper> started = new ArrayList<>();
        for (int i = 1; i <= processes; i++) {
            Keeper keeper = new Keeper(id() + "-process-" + i);
            keeper.start();
            started.add(keeper);
        }
        running = started;
        surroundings.publish(new QueueListenerEvent.Started(id()));
    }

    @Override
    public synchronized boolean stop(Duration patience) {
        running.forEach(Keeper::tellToStop);
        long nanos = Deadline.nanos(patience);
        long end = Deadline.in(Math.max(nanos, nanos + AFTER_PATIENCE.toNanos())); // which may overflow
        boolean ended = true;
        for (Keeper keeper : running) {
            ended &= keeper.joinOrKill(end);
        }
        if (!running.isEmpty()) {
            surroundings.publish(new QueueListenerEvent.Stopped(id()));
        }
        running = List.of();
        return ended;
    }

    @Override
    public synchronized boolean isRunning() {
        return running.stream().anyMatch(Thread::isAlive);
    }

    @Override
    public synchronized void pause() {
        running.forEach(keeper -> keeper.tell(PAUSE));
    }

    @Override
    public synchronized void resume() {
        running.forEach(keeper -> keeper.tell(RESUME));
    }

    /** The main method of a child; the queue is shut down when it is to stop. */
    private static void run(Application application, SharedQueue<String> orders) throws InterruptedException {
        SpringApplication spring = new SpringApplication(application.source());
        spring.setWebApplicationType(WebApplicationType.NONE);
        spring.setBannerMode(Banner.Mode.OFF);
        spring.addInitializers(context -> context.getBeanFactory().registerSingleton(INHERITED, application.queues()));
        String[] arguments = Stream.concat(
                        application.arguments().stream(), Stream.of("--" + ONLY + "=" + application.listener()))
                .toArray(String[]::new);
        Obedience obedience = new Obedience(orders);
        spring.addInitializers(context -> context.getBeanFactory().addBeanPostProcessor(new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                if (bean instanceof QueueListeners listeners) {
                    listeners.beforeFirst(() -> obedience.begin(listeners));
                }
                return bean;
            }
        }));
        obedience.start();
        try (ConfigurableApplicationContext context = spring.run(arguments)) {
            obedience.awaitEnd(context.getBean(QueueListeners.class)
                    .get(application.listener())
                    .orElseThrow());
        }
    }

    /** In a child: a thread that does what the parent says, while the application is starting, too. */
    private static final class Obedience extends Thread {

        private final SharedQueue<String> orders;

        // guarded by this
        private @Nullable QueueListeners begun; // from then on elements may be in hand
        private @Nullable QueueListenerContainer listener; // once the application has started
        private boolean paused;
        private boolean over;

        Obedience(SharedQueue<String> orders) {
            super("ipcq-listener-orders");
            setDaemon(true);
            this.orders = orders;
        }

        @Override
        public void run() {
            try {
                while (true) {
                    obey(orders.get().equals(PAUSE));
                }
            } catch (QueueShutdownException | InterruptedException stop) {
                end();
            }
        }

        private synchronized void obey(boolean pause) {
            paused = pause;
            apply();
        }

        private void apply() {
            if (listener != null && paused) {
                listener.pause();
            } else if (listener != null) {
                listener.resume();
            }
        }

        /** Waits if this is ending. */
        synchronized void begin(QueueListeners listeners) {
            begun = listeners;
        }

        /**
         * An application that is still starting is not waited for, but what its listener has in hand is finished: that
         * takes while other parts are still starting.
         */
        private void end() {
            QueueListeners taking;
            synchronized (this) {
                over = true;
                notifyAll();
                if (listener != null) {
                    return;
                }
                taking = begun;
                if (taking == null) {
                    halt();
                    return;
                }
            }
            taking.stop();
            synchronized (this) {
                if (listener == null) {
                    halt();
                }
            }
        }

        /** With the lock, so that nothing begins meanwhile. Spring's hook would wait until all has started. */
        private static void halt() {
            Runtime.getRuntime().halt(0);
        }

        synchronized void awaitEnd(QueueListenerContainer started) throws InterruptedException {
            listener = started;
            apply();
            while (!over) {
                wait();
            }
        }
    }

    /** A thread that sees to it that there is a child. */
    private final class Keeper extends Thread {

        private final SharedQueue<String> orders;

        // guarded by this
        private boolean stopping;
        private @Nullable ChildProcess child;

        Keeper(String name) {
            super(name);
            try {
                orders = SharedQueue.create(String.class);
            } catch (IOException e) {
                throw new UncheckedIOException("a listener's process cannot be started: id=" + id(), e);
            }
        }

        @Override
        public void run() {
            long pauseMillis = FIRST_PAUSE_MILLIS;
            try (orders) {
                while (!isStopping()) {
                    long began = System.nanoTime();
                    String outcome = runChild();
                    if (isStopping()) {
                        return;
                    }
                    LOG.error(
                            "a listener's process has ended, and another one is started: id=" + id() + ", " + outcome);
                    pauseMillis = System.nanoTime() - began > HEALTHY_NANOS
                            ? FIRST_PAUSE_MILLIS
                            : Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
                    pause(pauseMillis);
                }
            }
        }

        private String runChild() {
            try (ChildProcess started = ChildProcess.builder(ListenerProcesses::run, application, orders)
                    .name(getName())
                    .endAtExit(false) // the application ends it in its turn
                    .build()) {
                synchronized (this) {
                    if (stopping) {
                        return "not begun";
                    }
                    child = started;
                    started.start();
                }
                started.join();
                return "exit code=" + started.exitCode();
            } catch (InterruptedException e) {
                return "interrupted"; // nobody has a reason to
            } catch (RuntimeException | Error | IOException e) {
                return "cause=" + e;
            }
        }

        private synchronized boolean isStopping() {
            return stopping;
        }

        private synchronized void pause(long millis) {
            long end = Deadline.in(millis, TimeUnit.MILLISECONDS);
            for (long rest = millis; rest > 0 && !stopping; rest = Deadline.remainingMillis(end)) {
                try {
                    wait(rest);
                } catch (InterruptedException e) {
                    return; // it goes on sooner
                }
            }
        }

        synchronized void tell(String order) {
            if (!stopping) {
                orders.offer(order);
            }
        }

        synchronized void tellToStop() {
            stopping = true;
            orders.shutdown();
            notifyAll();
        }

        boolean joinOrKill(long end) {
            boolean interrupted = false;
            try {
                join(Math.max(1, Deadline.remainingMillis(end)));
            } catch (InterruptedException hurry) {
                interrupted = true;
            }
            boolean ended = !isAlive();
            synchronized (this) {
                if (!ended && child != null) {
                    child.kill();
                }
            }
            if (interrupted) {
                currentThread().interrupt();
            }
            return ended;
        }
    }
}
