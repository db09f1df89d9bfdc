// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import io.ipcq.memory.Deadline;
import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.QueueClosedException;
import io.ipcq.queue.QueueShutdownException;
import io.ipcq.queue.SharedQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/** Calls a method in threads of this JVM. */
final class ListenerThreads implements QueueListenerContainer {
    /*
     * Idea. A thread waits in the queue without end, which costs next to nothing. So it is interrupted to make it stop,
     * but only while it takes: `taking` says so, and changes under the same lock as the interrupt is sent. What comes
     * while the method runs waits for the next take.
     */

    private static final Log LOG = LogFactory.getLog(QueueListener.class);
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 10_000;
    private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(1);

    private final String id;
    private final SharedQueue<?> queue;
    private final ListenerMethod method;
    private final int workers;
    private final AtomicInteger working = new AtomicInteger();
    private List<Worker> threads = List.of(); // guarded by this
    private volatile boolean paused;

    ListenerThreads(String id, SharedQueue<?> queue, ListenerMethod method, int workers) {
        this.id = id;
        this.queue = queue;
        this.method = method;
        this.workers = workers;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public synchronized void start() {
        if (isRunning()) {
            return;
        }
        List<Worker> started = new ArrayList<>();
        for (int i = 1; i <= workers; i++) {
            started.add(new Worker(id + "-" + i));
        }
        method.surroundings().publish(new QueueListenerEvent.Started(id));
        working.set(workers);
        started.forEach(Thread::start);
        threads = started;
    }

    @Override
    public synchronized boolean stop(Duration patience) {
        boolean stopped = !threads.isEmpty();
        threads.forEach(Worker::endTaking);
        long end = Deadline.in(patience);
        boolean ended = join(end);
        if (!ended) {
            threads.forEach(Thread::interrupt);
            ended = join(Deadline.in(AFTER_INTERRUPT));
        }
        threads = List.of();
        if (stopped) {
            method.surroundings().publish(new QueueListenerEvent.Stopped(id));
        }
        return ended;
    }

    private void drained() {
        if (working.decrementAndGet() == 0) {
            method.surroundings().publish(new QueueListenerEvent.Drained(id));
        }
    }

    private boolean join(long end) {
        boolean ended = true;
        for (Worker worker : threads) {
            long rest = Math.max(1, Deadline.remainingMillis(end));
            try {
                worker.join(rest);
            } catch (InterruptedException hurry) {
                Thread.currentThread().interrupt();
                return false;
            }
            ended &= !worker.isAlive();
        }
        return ended;
    }

    @Override
    public synchronized boolean isRunning() {
        return threads.stream().anyMatch(Thread::isAlive);
    }

    @Override
    public synchronized void pause() {
        paused = true;
        threads.forEach(Worker::lookAgain);
    }

    @Override
    public synchronized void resume() {
        paused = false;
        threads.forEach(Worker::lookAgain);
    }

    private final class Worker extends Thread {

        // guarded by this
        private boolean taking;
        private boolean stopping;

        Worker(String name) {
            super(name);
        }

        synchronized void endTaking() {
            stopping = true;
            lookAgain();
        }

        synchronized void lookAgain() {
            if (taking) {
                interrupt();
            }
            notifyAll();
        }

        @Override
        public void run() {
            long pauseMillis = FIRST_PAUSE_MILLIS;
            while (mayTake()) {
                try {
                    takeSome();
                    pauseMillis = FIRST_PAUSE_MILLIS;
                } catch (InterruptedException look) {
                    // at whether to go on
                } catch (QueueShutdownException | QueueClosedException e) {
                    LOG.info("a listener ends, as its queue has: id=" + id + ", queue="
                            + queue.getClass().getSimpleName() + "; " + e.getMessage());
                    drained();
                    return;
                } catch (Throwable e) {
                    LOG.error("a listener could not take an element, and tries again: id=" + id, e);
                    pause(pauseMillis);
                    pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
                }
            }
        }

        /** False if it is to stop. */
        private synchronized boolean mayTake() {
            while (paused && !stopping) {
                try {
                    wait();
                } catch (InterruptedException look) {
                    // at whether to go on
                }
            }
            taking = !stopping;
            return taking;
        }

        private void takeSome() throws InterruptedException {
            if (queue instanceof DurableQueue<?> durable) {
                List<Delivery<?>> taken = new ArrayList<>();
                try {
                    taken.add(durable.receive());
                    receiveMore(durable, taken);
                } finally {
                    took();
                }
                method.deliver(taken);
            } else {
                List<Object> taken = new ArrayList<>();
                try {
                    taken.add(queue.get());
                    if (method.most() > 1) {
                        queue.drainTo(taken, method.most() - 1);
                    }
                } catch (RuntimeException | InterruptedException e) {
                    if (taken.isEmpty()) {
                        throw e;
                    }
                    LOG.error("a listener could not take all of a batch: id=" + id, e);
                } finally {
                    took();
                }
                method.call(taken);
            }
        }

        /**
         * What is there, without waiting. Whatever keeps more from coming is met again, once those in hand are done.
         */
        private void receiveMore(DurableQueue<?> durable, List<Delivery<?>> taken) {
            try {
                while (taken.size() < method.most()) {
                    Delivery<?> more = durable.receive(Duration.ZERO);
                    if (more == null) {
                        return;
                    }
                    taken.add(more);
                }
            } catch (InterruptedException | QueueShutdownException | QueueClosedException later) {
                // the next take finds out
            } catch (RuntimeException e) {
                LOG.error("a listener could not take all of a batch: id=" + id, e);
            }
        }

        /** An interrupt that came too late is not for the method. */
        private synchronized void took() {
            taking = false;
            Thread.interrupted();
        }

        private synchronized void pause(long millis) {
            long end = Deadline.in(millis, TimeUnit.MILLISECONDS);
            for (long rest = millis; rest > 0 && !stopping; rest = Deadline.remainingMillis(end)) {
                try {
                    wait(rest);
                } catch (InterruptedException look) {
                    return; // at whether to go on
                }
            }
        }
    }
}
