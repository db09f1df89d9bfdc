// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.Manager;
import io.ipcq.manager.ManagerGoneException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** A call of one client, something that two clients hold, and the look of the other one at it afterwards. */
final class CallScene<P> implements AutoCloseable {

    /** Then the call does not end. */
    private static final long PATIENCE_SECONDS = 60;

    private static final long PAUSE_NANOS = 50_000;
    private static final long PAUSE_MILLIS = 100;

    private final CallKind<P> kind;
    private final ManagerServer server;
    private final ExecutorService thread;
    private final P caller;
    private final List<Object> taken = Collections.synchronizedList(new ArrayList<>());
    private final Callable<Manager> reconnect;
    private final ExecutorService othersThread = Executors.newSingleThreadExecutor();
    private Manager others;
    private P other;
    private volatile Thread calling;
    private Future<?> call = CompletableFuture.completedFuture(null);
    private Throwable thrown;
    private boolean disturbed;

    /**
     * @param thread the caller's only one, to which its locks belong
     * @param reconnect another client in place of the one that has to go on, which is cut off
     */
    CallScene(
            CallKind<P> kind,
            ManagerServer server,
            Manager callers,
            Manager others,
            ExecutorService thread,
            Callable<Manager> reconnect)
            throws Exception {
        this.kind = kind;
        this.reconnect = reconnect;
        this.server = server;
        this.thread = thread;
        this.others = others;
        other = kind.thing.open().apply(others);
        byOther(() -> kind.thing.prepare().go(other));
        caller = kind.thing.open().apply(callers);
        result(thread.submit(() -> kind.before().go(caller)));
    }

    /** By one thread, to which the other client's locks belong. */
    private void byOther(Callable<?> work) throws Exception {
        try {
            othersThread.submit(work).get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception failure ? failure : e;
        }
    }

    private static void result(Future<?> work) throws Exception {
        work.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** The call, and what others do while it waits; both have ended then. */
    void run() throws Exception {
        long requests = server.requests();
        call = thread.submit(() -> {
            Thread.interrupted(); // of a call before this one
            calling = Thread.currentThread();
            kind.call.go(caller, taken);
            return null;
        });
        if (kind.waits()) {
            while (server.requests() == requests && !call.isDone()) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            meanwhileInAnyCase();
        }
        awaitEnd();
    }

    /** What others did may be undone as they are cut off. */
    private void awaitEnd() throws Exception {
        for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS); !hasEnded(); ) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError(kind + " does not end");
            }
            if (kind.waits() && !isThere()) {
                meanwhileInAnyCase();
            }
        }
    }

    private boolean hasEnded() throws Exception {
        try {
            call.get(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException e) {
            thrown = e.getCause();
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    private boolean isThere() {
        try {
            others.ping();
            return true;
        } catch (ManagerGoneException e) {
            return false;
        }
    }

    /** If it fails it is done once more, by a client that holds nothing. */
    private void meanwhileInAnyCase() throws Exception {
        for (int tries = 0; tries < 3; tries++) {
            try {
                meanwhile();
                return;
            } catch (IllegalStateException | IllegalMonitorStateException e) {
                if (disturbed) {
                    return; // it was done before, or as that client was cut off
                }
                reopen();
            } catch (RuntimeException e) {
                reopen();
            }
        }
    }

    /** The other client goes on with another connection. */
    void reopen() throws Exception {
        disturbed = true;
        others = reconnect.call();
        other = kind.thing.open().apply(others);
    }

    /** Whether anything but the call has failed; nobody knows what there is then. */
    boolean isDisturbed() {
        return disturbed;
    }

    void meanwhile() throws Exception {
        if (kind.waits()) {
            byOther(() -> {
                kind.meanwhile().go(this);
                return null;
            });
        }
    }

    /** Whether the call has ended, or was not made. */
    boolean isOver() {
        return call.isDone();
    }

    /** Of what others do: interrupts the call. */
    void interrupt() {
        Thread thread = calling;
        if (thread != null) {
            thread.interrupt();
        }
    }

    /** The proxy of the client that has to go on. */
    P other() {
        return other;
    }

    /** What the call ended with; null if it returned. */
    Throwable thrown() {
        return thrown;
    }

    /** What the caller has taken. */
    List<Object> taken() {
        return List.copyOf(taken);
    }

    /** What there is, as the other client sees it. */
    Object look() throws Exception {
        return kind.thing.look().go(other);
    }

    /**
     * Requires what there may be after the call.
     *
     * @param without what there is if the call was not made
     * @param with what there is if it was
     */
    void requireRightState(Object state, Object without, Object with) {
        switch (kind.fate) {
            case AS_BEFORE -> require(state, List.of(without));
            case ALL_OR_NOTHING -> require(state, thrown == null ? List.of(with) : List.of(without, with));
            case PERHAPS_A_PART -> {
                if (thrown == null) {
                    require(state, List.of(with));
                }
            }
            case TAKES -> requireEachElement(state, without);
        }
    }

    private void require(Object state, List<Object> allowed) {
        if (!allowed.contains(state)) {
            throw new AssertionError("there is " + state + ", and should be one of " + allowed + ", after " + thrown);
        }
    }

    /** All that is there is there once, and what was taken may be there, too, if nobody could know that it was. */
    private void requireEachElement(Object state, Object without) {
        List<Object> left = CallKind.elements(state);
        List<Object> all = new ArrayList<>(left);
        all.removeAll(taken);
        all.addAll(taken);
        List<Object> expected = CallKind.elements(without);
        boolean complete = all.size() == expected.size() && all.containsAll(expected);
        boolean once = left.stream().distinct().count() == left.size()
                && taken.stream().distinct().count() == taken.size();
        if (!complete || !once) {
            throw new AssertionError(
                    "there is " + left + ", taken were " + taken + ", of " + expected + ", after " + thrown);
        }
    }

    @Override
    public void close() {
        othersThread.shutdownNow();
        if (other instanceof AutoCloseable proxy && !(other instanceof Manager)) {
            try {
                proxy.close();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }
}
