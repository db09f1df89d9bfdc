// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * State with calls that wait for it to change. A call that waits is an entry of a list, not a thread: whoever changes the
 * state lets each try again, in the order they came.
 *
 * <p>Everything here runs under this object's lock; answers are queued, so nothing waits for a client under it.
 */
abstract class ServedMonitor extends Served {

    /** Tries to carry out a call; null if it has to go on waiting. */
    interface Attempt {
        @Nullable
        Object run();
    }

    private record Parked(Call call, Attempt attempt) {}

    private final ScheduledExecutorService clock;
    private final List<Parked> parked = new ArrayList<>();

    ServedMonitor(Key key, ScheduledExecutorService clock) {
        super(key);
        this.clock = clock;
    }

    @Override
    final synchronized void call(Call call, String operation) {
        operate(call, operation);
    }

    abstract void operate(Call call, String operation);

    @Override
    final synchronized void left(Session session) {
        parked.removeIf(each -> each.call().isOver());
        giveBack(session);
        changed();
    }

    /** Takes back what a client held that is gone; {@link #changed} follows. */
    void giveBack(Session session) {}

    /** Answers the call once the attempt succeeds, or with {@code late} when its time is up. */
    final void await(Call call, long timeoutMillis, Attempt attempt, @Nullable Object late) {
        await(call, timeoutMillis, attempt, () -> call.expire(late));
    }

    final void await(Call call, long timeoutMillis, Attempt attempt, Runnable late) {
        if (!call.claim()) {
            return;
        }
        Object result = attempt.run();
        if (result != null) {
            call.reply(result);
            return;
        }
        call.unclaim();
        if (timeoutMillis == 0) {
            late.run();
            return;
        }
        call.session().park(call);
        parked.add(new Parked(call, attempt));
        Future<?> timer = timeoutMillis == Long.MAX_VALUE
                ? null
                : clock.schedule(() -> expire(late), timeoutMillis, TimeUnit.MILLISECONDS);
        call.afterwards(() -> {
            if (timer != null) {
                timer.cancel(false);
            }
            forget(call);
        });
    }

    private synchronized void expire(Runnable late) {
        late.run();
        changed();
    }

    private synchronized void forget(Call call) {
        parked.removeIf(each -> each.call() == call);
        onEnd(call);
    }

    /** A call that waited is over, however it ended. */
    void onEnd(Call call) {}

    /** Lets all that wait try again, until none succeeds. */
    final void changed() {
        List<Runnable> answers = new ArrayList<>();
        for (Iterator<Parked> each = parked.iterator(); each.hasNext(); ) {
            Parked next = each.next();
            if (!next.call().claim()) {
                each.remove();
                continue;
            }
            Object result = next.attempt().run();
            if (result == null) {
                next.call().unclaim();
            } else {
                each.remove();
                answers.add(() -> next.call().reply(result));
            }
        }
        answers.forEach(Runnable::run);
    }
}
