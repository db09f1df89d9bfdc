// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
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

    /** A call that waits; one in line is not overtaken by another one in line. */
    private record Parked(Attempt attempt, boolean inLine) {}

    private final ScheduledExecutorService clock;

    /** In the order they came. */
    private final Map<Call, Parked> parked = new LinkedHashMap<>();

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
        parked.keySet().removeIf(Call::isOver);
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
        await(call, timeoutMillis, attempt, late, false);
    }

    /** The same in the order of arrival, unless the call does not wait. */
    final void awaitInLine(Call call, long timeoutMillis, Attempt attempt, @Nullable Object late) {
        await(call, timeoutMillis, attempt, () -> call.expire(late), timeoutMillis != 0);
    }

    private void await(Call call, long timeoutMillis, Attempt attempt, Runnable late, boolean inLine) {
        if (!call.claim()) {
            return;
        }
        Object result = inLine && parked.values().stream().anyMatch(Parked::inLine) ? null : attempt.run();
        if (result != null) {
            call.reply(result);
            return;
        }
        call.unclaim();
        if (timeoutMillis == 0) {
            late.run();
            return;
        }
        call.afterwards(() -> forget(call));
        call.session().park(call);
        parked.put(call, new Parked(attempt, inLine));
        call.limit(clock, timeoutMillis, () -> expire(late));
    }

    private synchronized void expire(Runnable late) {
        late.run();
        changed();
    }

    private synchronized void forget(Call call) {
        Parked ended = parked.remove(call);
        onEnd(call);
        if (ended != null && ended.inLine) {
            clock.execute(this::next); // not here: that would go as deep as there are calls
        }
    }

    private synchronized void next() {
        changed();
    }

    /** A call that waited is over, however it ended. */
    void onEnd(Call call) {}

    /** Lets all that wait try again. Of a copy: a call may end, and leave, under this thread's hands. */
    final void changed() {
        boolean stands = false;
        for (Call call : parked.keySet().toArray(new Call[0])) {
            Parked waiting = parked.get(call);
            if (waiting != null && !(stands && waiting.inLine) && call.claim()) {
                stands |= !attempt(call, waiting.attempt) && waiting.inLine;
            }
        }
    }

    /** Says whether the call is over. */
    private static boolean attempt(Call call, Attempt attempt) {
        try {
            Object result = attempt.run();
            if (result == null) {
                call.unclaim();
                return false;
            }
            call.reply(result);
        } catch (Throwable e) {
            call.fail(e);
        }
        return true;
    }
}
