// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import io.ipcq.Awaitable;
import io.ipcq.memory.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the first of several children, connections, ends of pipes, listeners and queues in one call; Python's
 * {@code multiprocessing.connection.wait}.
 *
 * <pre>{@code
 * for (Awaitable ready : Wait.any(Duration.ofSeconds(5), child, pipe.first(), queue)) {
 *     ...                              // child.exitCode(), pipe.first().recvBytes(), queue.getNow()
 * }
 * }</pre>
 *
 * <p>Nothing is taken, so another thread or process may be faster: use the methods that do not wait. For the many
 * connections of a server there is {@link ConnectionSelector}.
 *
 * <p>Thread-safe. Process-safe: any number of processes may wait for the same queue. A process that dies here has taken
 * nothing, and nobody waits for it.
 */
public final class Wait {
    /*
     * Idea. All are checked. If none is ready, each gets a thread that waits for it in its own way: in the kernel on a
     * word of shared memory, at a socket, for the end of a process. The first thread that comes back ends all waits,
     * and all are checked again. A thread that comes back too late has taken nothing, so nobody has to wait for it.
     */

    private Wait() {}

    /**
     * Waits, at most {@code timeout}, until at least one is ready. Returns those that are, in the order given, or none
     * if the time is over. While it waits, each has a thread of its own, a virtual one if the JDK has them.
     *
     * @throws IllegalArgumentException if there is nothing to wait for
     */
    public static <T extends Awaitable> List<T> any(Duration timeout, Collection<? extends T> things)
            throws InterruptedException {
        long deadline = Deadline.in(timeout);
        List<T> all = List.copyOf(things);
        if (all.isEmpty()) {
            throw new IllegalArgumentException("there must be something to wait for: things=0");
        }
        List<T> ready = readyOf(all);
        while (ready.isEmpty() && !Deadline.hasPassed(deadline)) {
            awaitFirst(all, deadline);
            ready = readyOf(all);
        }
        return ready;
    }

    /** Like {@link #any(Duration, Collection)}. */
    public static List<Awaitable> any(Duration timeout, Awaitable... things) throws InterruptedException {
        return any(timeout, List.of(things));
    }

    private static <T extends Awaitable> List<T> readyOf(List<T> all) throws InterruptedException {
        List<T> ready = new ArrayList<>();
        for (T thing : all) {
            if (thing.awaitReady(Duration.ZERO)) {
                ready.add(thing);
            }
        }
        return ready;
    }

    /** Waits until one was ready, or the deadline has passed. */
    private static void awaitFirst(List<? extends Awaitable> all, long deadline) throws InterruptedException {
        CountDownLatch first = new CountDownLatch(1);
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>(all.size());
        try {
            for (Awaitable thing : all) {
                threads.add(LightThreads.start("ipcq-wait", () -> await(thing, deadline, first, failure)));
            }
            first.await(Deadline.remainingNanos(deadline), TimeUnit.NANOSECONDS);
        } finally {
            threads.forEach(Thread::interrupt);
        }
        rethrow(failure.get());
    }

    private static void await(
            Awaitable thing, long deadline, CountDownLatch first, AtomicReference<@Nullable Throwable> failure) {
        try {
            if (thing.awaitReady(Duration.ofNanos(Math.max(0, Deadline.remainingNanos(deadline))))) {
                first.countDown();
            }
        } catch (InterruptedException anotherWasFirst) {
            // or the time is over
        } catch (Throwable failed) {
            failure.set(failed);
            first.countDown();
        }
    }

    private static void rethrow(@Nullable Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
    }
}
