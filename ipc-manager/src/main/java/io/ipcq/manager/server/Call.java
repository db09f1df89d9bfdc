// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.Receipt;
import io.ipcq.manager.wire.RpcException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request of a client, from its arrival to its one answer, which may come much later and from another thread.
 *
 * <p>Thread-safe. Whoever is about to do what was asked {@link #claim claims} the call first; a cancellation or a
 * timeout that comes meanwhile waits for the outcome. So an answer always says what has really happened.
 */
final class Call {

    private enum State {
        PENDING,
        CLAIMED,
        DONE
    }

    private final Session session;
    private final @Nullable Object id;
    private final String method;
    private final List<@Nullable Object> params;
    private final long heapBytes;

    private State state = State.PENDING;
    private @Nullable Runnable deferred;
    private @Nullable Runnable whenDeferred;
    private @Nullable Runnable afterwards;
    private @Nullable Runnable cancellation;
    private @Nullable Future<?> timer;
    private volatile boolean invalid;

    Call(Session session, @Nullable Object id, String method, List<@Nullable Object> params, long heapBytes) {
        this.session = session;
        this.id = id;
        this.method = method;
        this.params = params;
        this.heapBytes = heapBytes;
    }

    Session session() {
        return session;
    }

    @Nullable
    Object id() {
        return id;
    }

    String method() {
        return method;
    }

    /** How much of the heap its parameters take. */
    long heapBytes() {
        return heapBytes;
    }

    // ---- parameters -------------------------------------------------------------------------------------------------

    @Nullable
    Object value(int index) {
        return index < params.size() ? params.get(index) : null;
    }

    Object present(int index) {
        Object value = value(index);
        if (value == null) {
            throw invalid(index, "a value");
        }
        return value;
    }

    String text(int index) {
        if (value(index) instanceof String text) {
            return text;
        }
        throw invalid(index, "a string");
    }

    /** A string by which the client tells things of its own apart. */
    String label(int index) {
        String label = text(index);
        if (label.length() > Protocol.MAX_LABEL_CHARS) {
            throw invalid(index, "a string of at most " + Protocol.MAX_LABEL_CHARS + " characters");
        }
        return label;
    }

    long number(int index) {
        Object value = value(index);
        if (value instanceof Integer || value instanceof Long) {
            return ((Number) value).longValue();
        }
        throw invalid(index, "a whole number of 64 bits");
    }

    int count(int index) {
        long number = number(index);
        if (number < 0 || number > Integer.MAX_VALUE) {
            throw invalid(index, "a number from 0 to " + Integer.MAX_VALUE);
        }
        return (int) number;
    }

    boolean flag(int index) {
        return Boolean.TRUE.equals(value(index));
    }

    /** Milliseconds; null is for ever. */
    long timeoutMillis(int index) {
        return value(index) == null ? Long.MAX_VALUE : Math.max(0, number(index));
    }

    @SuppressWarnings("unchecked") // JSON has no other lists
    List<@Nullable Object> list(int index) {
        if (value(index) instanceof List<?> list) {
            return (List<@Nullable Object>) list;
        }
        throw invalid(index, "an array");
    }

    @SuppressWarnings("unchecked") // the keys of JSON are strings
    Map<String, @Nullable Object> options(int index) {
        Object value = value(index);
        if (value == null) {
            return Collections.emptyMap();
        }
        if (value instanceof Map<?, ?> map) {
            return (Map<String, @Nullable Object>) map;
        }
        throw invalid(index, "an object");
    }

    /** What the client says to have of a result, from the second parameter on. */
    Receipt receipt() {
        Receipt receipt = new Receipt();
        if (value(1) != null) {
            list(1).forEach(index -> receipt.undecodable(place(index)));
        }
        if (value(2) != null) {
            receipt.takenOnly(count(2));
        }
        return receipt;
    }

    private static int place(@Nullable Object index) {
        if (index instanceof Integer place && place >= 0) {
            return place;
        }
        throw new RpcException(Protocol.INVALID_PARAMS, "a place has to be a number from 0 on");
    }

    private RpcException invalid(int index, String wanted) {
        return new RpcException(
                Protocol.INVALID_PARAMS, "params[" + index + "] has to be " + wanted + ": method=" + method);
    }

    /** Whether it turned out to be no request; that is told even to who did not ask for an answer. */
    boolean isInvalid() {
        return invalid;
    }

    // ---- the answer -------------------------------------------------------------------------------------------------

    /** Takes the call to carry it out; false if it is over already. */
    synchronized boolean claim() {
        if (state != State.PENDING || session.isOver()) {
            return false;
        }
        state = State.CLAIMED;
        return true;
    }

    /** Gives a claimed call back that could not be carried out yet. */
    void unclaim() {
        Runnable end;
        synchronized (this) {
            end = deferred;
            if (end == null) {
                state = State.PENDING;
                return;
            }
            deferred = null;
        }
        try {
            end.run();
        } catch (Throwable e) {
            fail(e); // nobody else ends it
        }
    }

    /** Run when something ends the call that waits for who has claimed it. */
    synchronized void whenDeferred(Runnable action) {
        whenDeferred = action;
    }

    synchronized boolean isDeferred() {
        return deferred != null;
    }

    synchronized boolean isOver() {
        return state == State.DONE || session.isOver();
    }

    /** Run once the call is answered or given up. */
    synchronized void afterwards(Runnable action) {
        afterwards = action;
    }

    /** Does something when the call has waited for so long, unless that is for ever. */
    void limit(ScheduledExecutorService clock, long timeoutMillis, Runnable late) {
        if (timeoutMillis == Long.MAX_VALUE) {
            return;
        }
        Future<?> scheduled = clock.schedule(late, timeoutMillis, TimeUnit.MILLISECONDS);
        synchronized (this) {
            timer = scheduled;
            if (state == State.DONE) {
                scheduled.cancel(false);
            }
        }
    }

    /** Answers a call that this thread has claimed, or that nobody else knows of. */
    void reply(@Nullable Object result) {
        reply(result, () -> {});
    }

    /**
     * The same with a result that is to be taken back if it cannot be sent. A client that cannot be told what was done
     * is cut off.
     */
    void reply(@Nullable Object result, Runnable takeBack) {
        Map<String, @Nullable Object> answer;
        try {
            answer = answer("result", result);
        } catch (Throwable e) {
            takeBack.run();
            session.cutOff(this, e);
            return;
        }
        finish(answer, takeBack);
    }

    /**
     * Answers with a failure of any kind; if not even that succeeds, the client is cut off rather than left waiting.
     */
    void fail(Throwable failure) {
        try {
            RpcException error = Failures.answer(failure);
            invalid = error.code() == Protocol.INVALID_REQUEST || error.code() == Protocol.PARSE_ERROR;
            Map<String, @Nullable Object> body = new LinkedHashMap<>();
            body.put("code", error.code());
            body.put("message", error.text());
            Object data = error.data();
            if (data != null) {
                body.put("data", data);
            }
            finish(answer("error", body), () -> {});
        } catch (Throwable worse) {
            session.cutOff(this, worse);
        }
    }

    /** Answers a call that waits, unless it is being carried out: then only if that does not succeed. */
    void expire(@Nullable Object result) {
        unlessClaimed(() -> reply(result));
    }

    /** The same with an error. */
    void refuse(RpcException error) {
        unlessClaimed(() -> fail(error));
    }

    /** What a cancellation does instead of ending the call. */
    synchronized void cancelBy(Runnable action) {
        cancellation = action;
    }

    void cancel() {
        Runnable instead;
        synchronized (this) {
            instead = cancellation;
        }
        if (instead != null) {
            instead.run();
        } else {
            abandon();
        }
    }

    /** Ends a call that waits, unless it is being carried out and that succeeds. */
    void abandon() {
        refuse(new RpcException(Protocol.CANCELLED, "the call was cancelled: method=" + method));
    }

    /** Does what ends a call, now or once who has claimed it gives it back; in between nobody takes it up any more. */
    void unlessClaimed(Runnable end) {
        Runnable claimer;
        synchronized (this) {
            if (state == State.DONE) {
                return;
            }
            if (state == State.PENDING) {
                state = State.CLAIMED; // or somebody else would, and carry out what is answered otherwise
                claimer = null;
            } else {
                deferred = end;
                claimer = whenDeferred == null ? () -> {} : whenDeferred;
            }
        }
        if (claimer != null) {
            claimer.run();
            return;
        }
        try {
            end.run();
        } catch (Throwable e) {
            fail(e); // as above
        }
    }

    private void finish(Map<String, @Nullable Object> answer, Runnable takeBack) {
        synchronized (this) {
            if (state == State.DONE) {
                return;
            }
            state = State.DONE;
        }
        try {
            endWaiting();
            session.answer(this, answer, takeBack);
        } catch (Throwable e) { // nobody else is going to answer it
            takeBack.run();
            session.cutOff(this, e);
        }
    }

    private void endWaiting() {
        Runnable action;
        synchronized (this) {
            action = afterwards;
            if (timer != null) {
                timer.cancel(false);
            }
        }
        if (action != null) {
            Failures.insist("what follows a call", Runnable::run, action);
        }
    }

    private Map<String, @Nullable Object> answer(String kind, @Nullable Object content) {
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("jsonrpc", "2.0");
        answer.put("id", id);
        answer.put(kind, content);
        return answer;
    }
}
