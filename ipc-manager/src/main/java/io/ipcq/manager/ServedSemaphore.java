// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** Permits; those that a client acquired and did not release come back when it is gone. */
final class ServedSemaphore extends ServedMonitor {

    private final long made;
    private long permits;
    private final Map<Session, Long> acquired = new HashMap<>();

    ServedSemaphore(Key key, ScheduledExecutorService clock, long permits) {
        super(key, clock);
        this.made = permits;
        this.permits = permits;
    }

    @Override
    void requireSame(Map<String, @Nullable Object> options) {
        requireOption(options, "permits", made);
    }

    @Override
    void operate(Call call, String operation) {
        switch (operation) {
            case "acquire" -> {
                int wanted = call.count(1);
                await(call, call.timeoutMillis(2), () -> acquire(call.session(), wanted), false);
            }
            case "release" -> {
                int returned = call.count(1);
                permits += returned;
                acquired.computeIfPresent(call.session(), (any, held) -> held > returned ? held - returned : null);
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

    @Override
    void giveBack(Session session) {
        Long held = acquired.remove(session);
        permits += held == null ? 0 : held;
    }
}
