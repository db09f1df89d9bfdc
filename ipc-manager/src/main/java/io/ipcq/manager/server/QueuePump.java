// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.wire.RpcException;
import io.ipcq.manager.wire.WireTime;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The calls that wait for one end of a queue, and the one thread that waits for all of them, while there are any.
 *
 * <p>A queue wakes threads, not calls, so somebody has to stand there; but one is enough, however many clients wait.
 * The head of the line is {@link Call#claim claimed} while the thread waits on its behalf, for as long as the call has
 * time: a queue that is waited for at length costs next to nothing, one that is asked again and again does. Whatever
 * ends the call otherwise interrupts the thread, but only within the queue: nothing is taken for a call that is over,
 * and no socket is closed. The thread counts for the client whose call is the head; one that has no thread left is
 * refused if it would need one here.
 */
final class QueuePump {

    /** One try on behalf of a call: what is left to do, its answer, once it had effect; null if it had none in time. */
    interface Step {
        @Nullable
        Answer run(Call call, Duration patience) throws InterruptedException;
    }

    /** The answer to a call that had effect. */
    interface Answer {
        void send();

        /** Undoes the effect, as the call cannot be answered. May be called again. */
        default void takeBack() {}
    }

    private record Waiting(
            Call call, long deadline, @Nullable Object late) {}

    private static final long LONGEST_NANOS = TimeUnit.HOURS.toNanos(1);

    private final ScheduledExecutorService clock;
    private final Workers workers;
    private final Step step;

    /** In the order they came. */
    private final Map<Call, Waiting> line = new LinkedHashMap<>();

    private boolean running;

    /** The thread while it waits in the queue. */
    private final Interruptible waiting = new Interruptible();

    QueuePump(ScheduledExecutorService clock, Workers workers, Step step) {
        this.clock = clock;
        this.workers = workers;
        this.step = step;
    }

    /**
     * Carries a call out at once if nobody is before it, else in its turn; {@code late} is the answer when time is up.
     */
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
            call.whenDeferred(this::wake);
            call.afterwards(() -> remove(call));
            call.session().park(call);
            line.put(call, new Waiting(call, System.nanoTime() + WireTime.nanos(timeoutMillis), late));
            call.limit(clock, timeoutMillis, () -> call.expire(late));
            if (!running) {
                workers.start(call.session(), this::run);
                running = true;
            }
        }
    }

    private void run(Workers.Place place) {
        boolean more = true;
        while (more) {
            try {
                more = serveHead(place);
            } catch (Throwable e) {
                Failures.log("waiting in a queue failed; it goes on", e);
            }
        }
    }

    /** False if nobody waits any more. */
    private boolean serveHead(Workers.Place place) {
        Waiting head = head();
        if (head == null) {
            return false;
        }
        try {
            place.countFor(head.call.session());
            serve(head);
        } catch (Throwable e) {
            head.call.fail(e); // the others in the line go on
        }
        return true;
    }

    private void serve(Waiting head) {
        if (!attempt(head.call, () -> await(head)) && head.deadline - System.nanoTime() <= 0) {
            head.call.expire(head.late);
        }
    }

    private synchronized @Nullable Waiting head() {
        for (Iterator<Waiting> each = line.values().iterator(); each.hasNext(); each.remove()) {
            Waiting first = each.next();
            if (!first.call.isOver()) {
                return first;
            }
        }
        running = false;
        return null;
    }

    private synchronized void remove(Call call) {
        line.remove(call);
    }

    /** What a call does that is claimed. */
    private interface Claimed {
        @Nullable
        Answer run() throws InterruptedException;
    }

    /** True if the call is over. */
    private static boolean attempt(Call call, Claimed claimed) {
        if (!call.claim()) {
            return true;
        }
        Answer answer = null;
        try {
            answer = claimed.run();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            answer = () -> call.fail(QueueFailures.answer(e));
        }
        if (answer == null) {
            call.unclaim();
            return false;
        }
        try {
            answer.send();
        } catch (RpcException refused) { // the server's memory is used up, for instance
            answer.takeBack();
            call.fail(refused);
        } catch (Throwable e) {
            answer.takeBack();
            call.session().cutOff(call, e);
        }
        return true;
    }

    /** Waits in the queue; null if somebody has called {@link #wake}. */
    @SuppressWarnings("Finally") // a method of its own might fail at its entry, and what was taken would be lost
    private @Nullable Answer await(Waiting head) {
        Answer answer = null;
        waiting.begin();
        try {
            long patience = Math.max(0, Math.min(LONGEST_NANOS, head.deadline - System.nanoTime()));
            answer = head.call.isDeferred() ? null : step.run(head.call, Duration.ofNanos(patience));
        } catch (InterruptedException woken) {
            // as if time was up
        } finally {
            try {
                waiting.end();
            } catch (Throwable e) {
                if (answer != null) {
                    answer.takeBack();
                }
                throw e;
            }
        }
        return answer;
    }

    /** Has the thread look again at who is the head of the line, and at what there is for it. */
    void wake() {
        waiting.interrupt();
    }
}
