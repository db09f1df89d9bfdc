// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.RpcException;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a server for calls that block or take long: limited for all clients together, and shared out between
 * them.
 */
final class Workers {
    /*
     * Idea. Nobody can take back the thread of a call that blocks. So threads have a budget, and each client a share of
     * it: however many calls one client makes, there are threads for the others. What a client has no thread for waits
     * in its own line; a thread that has become free goes to the lines in turn. A call that has waited there for long
     * is refused: the ones before it may be waiting for it.
     *
     * These are platform threads on every JDK. What an own type does in a virtual one could hold its carrier, and with
     * as many such calls as there are processors the whole JVM's virtual threads would stand still.
     */

    /** How long a call waits for a thread. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Executor threads;
    private final ScheduledExecutorService clock;
    private final Budget budget;
    private final Duration patience;

    /** Those with calls that wait for a thread, in the order of their turns. */
    private final Set<Line> lines = new LinkedHashSet<>();

    Workers(Executor threads, ScheduledExecutorService clock, int maxThreads, Duration patience) {
        this.threads = threads;
        this.clock = clock;
        this.budget = new Budget("maxThreads", maxThreads);
        this.patience = patience;
    }

    /** The threads of one client, and its calls that wait for one. */
    final class Line {
        private final Budget.Share share = budget.share();
        private final Map<Call, Waiting> waiting = new LinkedHashMap<>(); // guarded by the lines

        /** The client is gone; its calls that are being carried out may go on. */
        void abandon() {
            share.abandon();
        }
    }

    /** A call that waits for a thread. */
    private final class Waiting {
        private final Line line;
        private final Call call;
        private final Runnable work;

        /** It has a thread. Set under the lines. */
        private volatile boolean taken;

        Waiting(Line line, Call call, Runnable work) {
            this.line = line;
            this.call = call;
            this.work = work;
        }

        void run() {
            carryOutClaimed(call, work);
        }

        /** The call is over; threads that become free at the same time do not meet here once more. */
        private void forget() {
            if (taken) {
                return;
            }
            synchronized (lines) {
                line.waiting.remove(call);
                if (line.waiting.isEmpty()) {
                    lines.remove(line);
                }
            }
        }
    }

    Budget budget() {
        return budget;
    }

    Line line() {
        return new Line();
    }

    /** A thread, and the client that it counts for. */
    static final class Place {
        private Line line;

        /** Whether it is taken. */
        private boolean counts;

        private Place(Line line) {
            this.line = line;
        }

        /** Takes a thread of a client; false if it has none left. */
        private synchronized boolean takes(Line next) {
            if (!next.share.tryTake(1)) {
                return false;
            }
            line = next;
            counts = true;
            return true;
        }

        /** May be called again. */
        private synchronized void giveBack() {
            if (counts) {
                line.share.giveBack(1);
                counts = false;
            }
        }

        /** Who has the use of it bears it, even beyond its share. */
        synchronized void countFor(Session client) {
            Line next = client.line();
            if (counts && next != line) {
                giveBack();
                next.share.bear(1);
                line = next;
                counts = true;
            }
        }
    }

    /**
     * Starts a thread on behalf of a client.
     *
     * @throws RpcException with {@link Protocol#LIMIT} if the client has no thread left
     */
    void start(Session client, Consumer<Place> work) {
        Line line = client.line();
        Turn turn = new Turn(line, work, (place, failure) -> work.accept(place));
        boolean started = false;
        try {
            if (!turn.place.takes(line)) {
                throw line.share.refusal();
            }
            started = isStarted(turn);
        } finally {
            turn.end(started);
        }
        if (!started) {
            throw new RpcException(Protocol.LIMIT, "the server cannot start another thread");
        }
    }

    /** Carries out a call, once its client has a thread for it; it must be parked. */
    void carryOut(Call call, Runnable work) {
        Line line = call.session().line();
        Turn turn = new Turn(line, place -> carryOutClaimed(call, work), (place, failure) -> refuse(call, failure));
        boolean started = false;
        try {
            synchronized (lines) {
                if (!line.waiting.isEmpty() || !turn.place.takes(line)) {
                    queue(line, call, work);
                    return;
                }
            }
            started = isStarted(turn);
        } finally {
            turn.end(started);
        }
        if (!started) {
            queue(line, call, work);
        }
    }

    private void queue(Line line, Call call, Runnable work) {
        Waiting waiting = new Waiting(line, call, work);
        call.afterwards(waiting::forget);
        synchronized (lines) {
            line.waiting.put(call, waiting);
            lines.add(line);
        }
        call.limit(clock, patience.toMillis(), () -> call.refuse(line.share.refusal()));
    }

    private static void carryOutClaimed(Call call, Runnable work) {
        if (call.claim()) {
            try {
                work.run();
            } catch (Throwable e) { // it had no time to answer
                call.fail(e);
            }
        }
    }

    /** One that was not begun, for want of memory, would wait for ever. */
    private static void refuse(Call call, Throwable failure) {
        call.refuse(Failures.answer(failure));
    }

    private boolean isStarted(Turn turn) {
        try {
            threads.execute(turn);
            return true;
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            return false;
        }
    }

    /** What a thread does: what it was started for, and then calls that wait for a thread. */
    private final class Turn implements Runnable {
        private final Place place;
        private final Consumer<Place> first;
        private final BiConsumer<Place, Throwable> failed;
        private boolean begun;

        /** Its place has yet to be taken. */
        Turn(Line line, Consumer<Place> first, BiConsumer<Place, Throwable> failed) {
            this.place = new Place(line);
            this.first = first;
            this.failed = failed;
        }

        /** To be called when it was to be started. */
        private void end(boolean started) {
            if (!started) {
                place.giveBack();
            }
        }

        /** An error between two calls does not cost anybody the thread. */
        @Override
        public void run() {
            try {
                carryOut();
            } catch (Throwable again) {
                carryOut();
            }
        }

        private void carryOut() {
            if (!begun) {
                begun = true;
                try {
                    first.accept(place);
                } catch (Throwable e) {
                    Failures.log("a call failed", e);
                    failed.accept(place, e);
                }
            }
            Thread.interrupted(); // whatever it was for, it is over
            for (Waiting next = next(place); next != null; next = next(place)) {
                try {
                    next.run();
                } catch (Throwable e) {
                    Failures.log("a call failed", e);
                    refuse(next.call, e);
                }
                Thread.interrupted();
            }
            place.giveBack();
        }
    }

    /** The next call that waits for a thread, of the client whose turn it is; null if there is none. */
    private @Nullable Waiting next(Place place) {
        synchronized (lines) {
            place.giveBack();
            Line line = lineThatMay(place);
            if (line == null) {
                return null;
            }
            Iterator<Waiting> calls = line.waiting.values().iterator();
            Waiting work = calls.next();
            work.taken = true;
            calls.remove();
            lines.remove(line);
            if (calls.hasNext()) {
                lines.add(line); // behind the others
            }
            return work;
        }
    }

    private @Nullable Line lineThatMay(Place place) {
        for (Line line : lines) {
            if (place.takes(line)) {
                return line;
            }
        }
        return null;
    }
}
