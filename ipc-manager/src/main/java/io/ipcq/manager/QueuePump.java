// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The calls that wait for one end of a queue, and the one thread that waits for all of them, while there are any.
 *
 * <p>A queue wakes threads, not calls, so somebody has to stand there; but one is enough, however many clients wait. The head
 * of the line is {@link Call#claim claimed} while the thread waits on its behalf, in slices, between which its cancellation
 * or its time limit takes effect: nothing is ever taken for a call that is over.
 */
final class QueuePump {

    /** One try on behalf of a call: true if the call was answered. */
    interface Step {
        boolean run(Call call, Duration patience) throws InterruptedException;
    }

    private static final Duration SLICE = Duration.ofMillis(50);

    private final ScheduledExecutorService clock;
    private final Consumer<Runnable> threads;
    private final Step step;

    private final Deque<Call> line = new ArrayDeque<>();
    private boolean running;

    QueuePump(ScheduledExecutorService clock, Consumer<Runnable> threads, Step step) {
        this.clock = clock;
        this.threads = threads;
        this.step = step;
    }

    /** Carries a call out at once if nobody is before it, else in its turn; {@code late} is the answer when time is up. */
    void submit(Call call, long timeoutMillis, @Nullable Object late) {
        synchronized (this) {
            if (line.isEmpty() || timeoutMillis == 0) {
                if (attempt(call, Duration.ZERO)) {
                    return;
                }
                if (timeoutMillis == 0) {
                    call.reply(late);
                    return;
                }
            }
            call.session().park(call);
            Future<?> timer = timeoutMillis == Long.MAX_VALUE
                    ? null
                    : clock.schedule(() -> call.expire(late), timeoutMillis, TimeUnit.MILLISECONDS);
            call.afterwards(() -> {
                if (timer != null) {
                    timer.cancel(false);
                }
            });
            line.add(call);
            if (!running) {
                running = true;
                threads.accept(this::run);
            }
        }
    }

    private void run() {
        for (Call head = head(); head != null; head = head()) {
            if (attempt(head, SLICE)) {
                remove(head);
            }
        }
    }

    private synchronized @Nullable Call head() {
        while (!line.isEmpty() && line.getFirst().isOver()) {
            line.removeFirst();
        }
        running = !line.isEmpty();
        return line.peekFirst();
    }

    private synchronized void remove(Call call) {
        line.remove(call);
    }

    /** True if the call is over. */
    private boolean attempt(Call call, Duration patience) {
        if (!call.claim()) {
            return true;
        }
        try {
            if (step.run(call, patience)) {
                return true;
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (RpcException e) {
            call.fail(e);
            return true;
        } catch (RuntimeException e) {
            call.fail(ServedQueue.error(e));
            return true;
        }
        call.unclaim();
        return false;
    }
}
