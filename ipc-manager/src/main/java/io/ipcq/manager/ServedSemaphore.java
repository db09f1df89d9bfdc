// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** Permits; those that a client acquired, and that neither it nor another one released, come back when it is gone. */
final class ServedSemaphore extends ServedMonitor {

    private final long made;
    private final boolean fair;
    private final boolean bounded;
    private long permits;
    private final Map<Session, Long> acquired = new LinkedHashMap<>();

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
        switch (operation) {
            case "acquire" -> {
                int wanted = call.count(1);
                Attempt attempt = () -> acquire(call.session(), wanted);
                if (fair) {
                    awaitInLine(call, call.timeoutMillis(2), attempt, false);
                } else {
                    await(call, call.timeoutMillis(2), attempt, false);
                }
            }
            case "release" -> {
                int returned = call.count(1);
                if (bounded && returned > made - permits) {
                    throw new RpcException(
                            Protocol.STATE,
                            "more permits are released than were acquired: " + this + ", permits=" + made
                                    + ", available=" + permits + ", released=" + returned);
                }
                permits += returned;
                settle(call.session(), returned);
                call.reply(null);
                changed();
            }
            case "available" -> call.reply(permits);
            default -> throw noSuch(operation);
        }
    }

    private @Nullable Object acquire(Session session, int wanted) {
        if (permits < wanted) {
            return null;
        }
        permits -= wanted;
        acquired.merge(session, (long) wanted, Long::sum);
        return true;
    }

    /** Takes released permits off what the client acquired, or else off what others did: they come back once only. */
    private void settle(Session releasing, long released) {
        long left = released - settleOne(releasing, released);
        for (Session other : List.copyOf(acquired.keySet())) {
            left -= settleOne(other, left);
        }
    }

    private long settleOne(Session session, long released) {
        long settled = Math.min(released, acquired.getOrDefault(session, 0L));
        acquired.computeIfPresent(session, (any, held) -> held > settled ? held - settled : null);
        return settled;
    }

    @Override
    void giveBack(Session session) {
        Long held = acquired.remove(session);
        permits += held == null ? 0 : held;
    }
}
