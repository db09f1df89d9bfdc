// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * State with calls that wait for it to change. A waiting call is an entry of a line, not a thread. Whoever changes the
 * state has the calls in the line try again, in the order they came, until no other call can succeed. So the cost of a
 * change does not depend on how many calls wait.
 *
 * <p>Everything here runs under this object's lock. Answers are queued, so nothing waits for a client under it.
 */
abstract class ServedMonitor extends Served {

    /** Tries to carry out a call; null if it has to go on waiting. */
    interface Attempt {
        @Nullable
        Object run();
    }

    /** A call that waits. */
    static final class Waiting {
        private final Call call;
        private final Attempt attempt;

        /** Whether those behind it wait for it. */
        private final boolean fair;

        /** Its place in the line; 0 as long as it does not try. */
        private long place;

        private Waiting(Call call, Attempt attempt, boolean fair) {
            this.call = call;
            this.attempt = attempt;
            this.fair = fair;
        }
    }

    private final ScheduledExecutorService clock;

    /** The calls that try, by their place. A call may end, and leave the line, while the line is iterated. */
    private final NavigableMap<Long, Waiting> line = new ConcurrentSkipListMap<>();

    private long places;

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
        line.values().removeIf(waiting -> waiting.call.isOver());
        giveBack(session);
        changed();
    }

    /** Takes back what a client held that is gone. The caller then calls {@link #changed}. */
    void giveBack(Session session) {}

    /**
     * Takes from a client what it holds, so that others get it, although the client is still there. The thread is named
     * as the client names it; null stands for any. False if that thread holds nothing.
     */
    final synchronized boolean revoke(long client, @Nullable String thread) {
        for (Hold hold : holds()) {
            if (hold.session().number() == client && (thread == null || thread.equals(hold.thread()))) {
                revoke(hold.session());
                changed();
                return true;
            }
        }
        return false;
    }

    void revoke(Session session) {
        giveBack(session);
    }

    /** Looks at it as it is at one moment. */
    final synchronized <T> T look(Function<ServedMonitor, T> looking) {
        return looking.apply(this);
    }

    /** Who holds it; empty if it cannot be held. Only for use inside of {@link #look}, as the next two methods. */
    List<Hold> holds() {
        return List.of();
    }

    /** How many calls wait for it, and do not sleep. */
    final int waiting() {
        return line.size();
    }

    /** How many sleep, by their conditions. */
    Map<String, Integer> asleep() {
        return Map.of();
    }

    /** False if no waiting call can succeed at present. */
    boolean mayServe() {
        return true;
    }

    /** Answers the call once the attempt succeeds, or with {@code late} when its time is up. */
    final void await(Call call, long timeoutMillis, Attempt attempt, @Nullable Object late) {
        await(call, timeoutMillis, attempt, () -> call.expire(late), false);
    }

    final void await(Call call, long timeoutMillis, Attempt attempt, Runnable late) {
        await(call, timeoutMillis, attempt, late, false);
    }

    /** The same in the order of arrival, unless the call does not wait. */
    final void awaitInLine(Call call, long timeoutMillis, Attempt attempt, @Nullable Object late) {
        await(call, timeoutMillis, attempt, () -> call.expire(late), timeoutMillis != 0);
    }

    private void await(Call call, long timeoutMillis, Attempt attempt, Runnable late, boolean fair) {
        if (!call.claim()) {
            return;
        }
        Object result = fair && !line.isEmpty() ? null : attempt.run();
        if (result != null) {
            try {
                call.reply(result);
            } catch (Throwable e) {
                call.session().cutOff(call, e); // or the client would hold what it does not know of
            }
            return;
        }
        call.unclaim();
        if (timeoutMillis == 0) {
            late.run();
            return;
        }
        lineUp(sleep(call, timeoutMillis, attempt, late, fair));
    }

    /** Has a call wait. It does not try until it is {@linkplain #lineUp lined up}. */
    final Waiting sleep(Call call, long timeoutMillis, Attempt attempt, Runnable late) {
        return sleep(call, timeoutMillis, attempt, late, false);
    }

    private Waiting sleep(Call call, long timeoutMillis, Attempt attempt, Runnable late, boolean fair) {
        Waiting waiting = new Waiting(call, attempt, fair);
        call.afterwards(() -> forget(waiting));
        call.session().park(call);
        call.limit(clock, timeoutMillis, () -> expire(call, late));
        return waiting;
    }

    /** Has it try from now on, behind the others. */
    final void lineUp(Waiting waiting) {
        if (waiting.place == 0) {
            line.put(places + 1, waiting);
            waiting.place = ++places;
        }
    }

    private synchronized void expire(Call call, Runnable late) {
        try {
            late.run();
        } catch (Throwable e) {
            call.session().cutOff(e);
        }
        changed();
    }

    private synchronized void forget(Waiting waiting) {
        line.remove(waiting.place);
        onEnd(waiting.call);
        if (waiting.fair) {
            clock.execute(this::next); // not here: the stack would be as deep as there are calls
        }
    }

    private synchronized void next() {
        changed();
    }

    /** A call that waited is over, however it ended. */
    void onEnd(Call call) {}

    /** Lets those that wait try again. */
    final void changed() {
        Failures.insist("calls that wait", ServedMonitor::serve, this);
    }

    /**
     * Has the calls in the line try. A failure ends the call whose attempt it is. Once an attempt has had effect, it
     * does nothing more that might fail.
     */
    private void serve() {
        for (Iterator<Waiting> each = line.values().iterator(); each.hasNext() && mayServe(); ) {
            Waiting waiting = each.next();
            if (!waiting.call.claim()) {
                each.remove(); // it is over, or about to be
                continue;
            }
            try {
                if (!attempt(waiting) && waiting.fair) {
                    return;
                }
            } catch (Throwable e) {
                waiting.call.fail(e);
            }
        }
    }

    /** Says whether the claimed call is over. */
    private static boolean attempt(Waiting waiting) {
        Object result = waiting.attempt.run();
        if (result == null) {
            waiting.call.unclaim();
            return false;
        }
        try {
            waiting.call.reply(result);
        } catch (Throwable e) {
            waiting.call.session().cutOff(waiting.call, e); // as above
        }
        return true;
    }
}
