// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.wire.Operation.OfSemaphore;
import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.RpcException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** Permits. When a client is gone, the permits come back that it acquired and that nobody has released. */
final class ServedSemaphore extends ServedMonitor {

    /** Made ahead, because nothing may fail after an effect. */
    private static final Object DONE = true;

    private final long made;
    private final boolean fair;
    private final boolean bounded;
    private long permits;
    private final Map<Session, Acquired> acquired = new LinkedHashMap<>();

    /** What a client has acquired and not released. */
    private static final class Acquired {
        private long permits;

        /** How many permits were revoked. If the client releases these, nothing is given back. */
        private long revoked;

        private @Nullable String thread;
        private long since;
    }

    ServedSemaphore(Key key, ScheduledExecutorService clock, long permits, boolean fair, boolean bounded) {
        super(key, clock);
        this.made = permits;
        this.fair = fair;
        this.bounded = bounded;
        this.permits = permits;
    }

    @Override
    void requireSame(Map<String, @Nullable Object> options) {
        requireOption(options, "permits", made);
        requireOption(options, "fair", fair);
        requireOption(options, "bounded", bounded);
    }

    @Override
    void operate(Call call, String operation) {
        switch (known(OfSemaphore.class, operation)) {
            case ACQUIRE -> {
                int wanted = call.count(1);
                String thread = call.value(3) == null ? null : call.label(3);
                Attempt attempt = () -> acquire(call.session(), wanted, thread);
                if (fair && wanted > 0) {
                    awaitInLine(call, call.timeoutMillis(2), attempt, false);
                } else {
                    await(call, call.timeoutMillis(2), attempt, false);
                }
            }
            case RELEASE -> {
                long revoked = revoked(call.session(), call.count(1));
                long returned = call.count(1) - revoked;
                if (bounded && returned > made - permits) {
                    throw new RpcException(
                            Protocol.STATE,
                            "more permits are released than were acquired: " + this + ", permits=" + made
                                    + ", available=" + permits + ", released=" + returned);
                }
                release(call.session(), returned, revoked);
                call.reply(null);
                changed();
            }
            case AVAILABLE -> call.reply(permits);
        }
    }

    private @Nullable Object acquire(Session session, int wanted, @Nullable String thread) {
        if (permits < wanted) {
            return null;
        }
        Acquired its = acquired.computeIfAbsent(session, any -> new Acquired());
        if (its.permits == 0) {
            its.thread = thread;
            its.since = System.nanoTime();
        }
        permits -= wanted; // both or neither: nothing between them can fail
        its.permits += wanted;
        return DONE;
    }

    @Override
    boolean mayServe() {
        return permits > 0;
    }

    /** How many of the permits that the client releases were revoked before. */
    private long revoked(Session releasing, long released) {
        Acquired its = acquired.get(releasing);
        return its == null ? 0 : Math.max(0, Math.min(its.revoked, released - its.permits));
    }

    /**
     * Takes released permits off what the client has acquired, and the rest off what others have. So a permit comes
     * back only once.
     */
    private void release(Session releasing, long released, long revoked) {
        Acquired its = acquired.get(releasing);
        if (its != null) {
            its.revoked -= revoked;
        }
        long left = its == null ? released : giveBack(its, released);
        for (Acquired others : acquired.values()) {
            left = giveBack(others, left);
        }
        permits += left;
        acquired.values().removeIf(each -> each.permits == 0 && each.revoked == 0);
    }

    /** Gives permits back; returns how many of the released ones are left. */
    private long giveBack(Acquired acquired, long released) {
        long settled = Math.min(released, acquired.permits);
        acquired.permits -= settled;
        permits += settled;
        return released - settled;
    }

    @Override
    List<Hold> holds() {
        return acquired.entrySet().stream()
                .filter(each -> each.getValue().permits > 0)
                .map(each ->
                        new Hold(each.getKey(), each.getValue().thread, each.getValue().permits, each.getValue().since))
                .toList();
    }

    @Override
    void revoke(Session session) {
        Acquired its = acquired.get(session);
        if (its != null) {
            its.revoked += its.permits;
            giveBack(its, its.permits);
        }
    }

    @Override
    void giveBack(Session session) {
        Acquired its = acquired.get(session);
        if (its != null) {
            giveBack(its, its.permits);
            acquired.remove(session);
        }
    }
}
