// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The calls that wait for one end of a queue, and the one thread that waits for all of them, while there are any.
 *
 * <p>A queue wakes threads, not calls, so somebody has to stand there; but one is enough, however many clients wait. The head
 * of the line is {@link Call#claim claimed} while the thread waits on its behalf, for as long as the call has time: a queue
 * that is waited for at length costs next to nothing, one that is asked again and again does. Whatever ends the call
 * otherwise interrupts the thread, but only within the queue: nothing is taken for a call that is over, and no socket is closed.
 */
final class QueuePump {

    /** One try on behalf of a call: what is left to do, its answer, once it had effect; null if it had none in time. */
    interface Step {
        @Nullable
        Runnable run(Call call, Duration patience) throws InterruptedException;
    }

    private record Waiting(
            Call call, long deadline, @Nullable Object late) {}

    private static final long LONGEST_NANOS = TimeUnit.HOURS.toNanos(1);

    private final ScheduledExecutorService clock;
    private final Consumer<Runnable> threads;
    private final Step step;

    private final Deque<Waiting> line = new ArrayDeque<>();
    private boolean running;

    private final Object wakeLock = new Object();

    /** The thread, while it may be interrupted; under the lock. */
    private @Nullable Thread interruptible;

    QueuePump(ScheduledExecutorService clock, Consumer<Runnable> threads, Step step) {
        this.clock = clock;
        this.threads = threads;
        this.step = step;
    }

    /** Carries a call out at once if nobody is before it, else in its turn; {@code late} is the answer when time is up. */
    void submit(Call call, long timeoutMillis, @Nullable Object late) {
        synchronized (this) {
            if (line.isEmpty() || timeoutMillis == 0) {
                if (attempt(call, () -> step.run(call, Duration.ZERO))) {
                    return;
                }
                if (timeoutMillis == 0) {
                    call.reply(late);
                    return;
                }
            }
            call.session().park(call);
            call.whenDeferred(this::wake);
            boolean limited = timeoutMillis != Long.MAX_VALUE;
            Future<?> timer =
                    limited ? clock.schedule(() -> call.expire(late), timeoutMillis, TimeUnit.MILLISECONDS) : null;
            call.afterwards(() -> {
                if (timer != null) {
                    timer.cancel(false);
                }
            });
            long nanos = Math.min(TimeUnit.MILLISECONDS.toNanos(timeoutMillis), Long.MAX_VALUE / 4);
            line.add(new Waiting(call, System.nanoTime() + nanos, late));
            if (!running) {
                running = true;
                threads.accept(this::run);
            }
        }
    }

    private void run() {
        for (Waiting head = head(); head != null; head = head()) {
            Waiting first = head;
            if (attempt(first.call, () -> await(first))) {
                remove(first.call);
            } else if (first.deadline - System.nanoTime() <= 0) {
                first.call.expire(first.late);
            }
        }
    }

    private synchronized @Nullable Waiting head() {
        while (!line.isEmpty() && line.getFirst().call.isOver()) {
            line.removeFirst();
        }
        running = !line.isEmpty();
        return line.peekFirst();
    }

    private synchronized void remove(Call call) {
        for (Iterator<Waiting> each = line.iterator(); each.hasNext(); ) {
            if (each.next().call.equals(call)) {
                each.remove();
                return;
            }
        }
    }

    /** What a call does that is claimed. */
    private interface Claimed {
        @Nullable
        Runnable run() throws InterruptedException;
    }

    /** True if the call is over. */
    private static boolean attempt(Call call, Claimed claimed) {
        if (!call.claim()) {
            return true;
        }
        Runnable answer = null;
        try {
            answer = claimed.run();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (RpcException e) {
            answer = () -> call.fail(e);
        } catch (RuntimeException e) {
            answer = () -> call.fail(ServedQueue.error(e));
        }
        if (answer == null) {
            call.unclaim();
            return false;
        }
        answer.run();
        return true;
    }

    /** Waits in the queue; null if somebody has called {@link #wake}. */
    private @Nullable Runnable await(Waiting head) {
        synchronized (wakeLock) {
            interruptible = Thread.currentThread();
        }
        try {
            long patience = Math.max(0, Math.min(LONGEST_NANOS, head.deadline - System.nanoTime()));
            return head.call.isDeferred() ? null : step.run(head.call, Duration.ofNanos(patience));
        } catch (InterruptedException woken) {
            return null;
        } finally {
            synchronized (wakeLock) {
                interruptible = null;
                Thread.interrupted(); // one that came too late is nobody's
            }
        }
    }

    /** Has the thread look again at who is the head of the line, and at what there is for it. */
    void wake() {
        synchronized (wakeLock) {
            if (interruptible != null) {
                interruptible.interrupt();
            }
        }
    }
}
