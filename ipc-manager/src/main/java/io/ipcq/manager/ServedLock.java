// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** A reentrant lock with conditions; it belongs to a thread of a client, and is free when that client is gone. */
final class ServedLock extends ServedMonitor {

    private record Owner(Session session, String thread) {}

    /** A thread in {@code await}; it has left the lock and takes it again before it returns, {@code holds} times. */
    private static final class Sleeper {
        private final int holds;
        private boolean signalled;
        private boolean late;

        Sleeper(int holds) {
            this.holds = holds;
        }
    }

    private @Nullable Owner owner;
    private int holds;
    private final Map<String, List<Sleeper>> sleepers = new HashMap<>();
    private final Map<Call, Sleeper> sleeping = new LinkedHashMap<>();

    private final boolean fair;

    ServedLock(Key key, ScheduledExecutorService clock, boolean fair) {
        super(key, clock);
        this.fair = fair;
    }

    @Override
    void requireSame(Map<String, @Nullable Object> options) {
        requireOption(options, "fair", fair);
    }

    @Override
    void operate(Call call, String operation) {
        Owner asking = new Owner(call.session(), operation.equals("isLocked") ? "" : call.label(1));
        switch (operation) {
            case "isLocked" -> call.reply(owner != null);
            case "lock" -> lock(call, asking, call.timeoutMillis(2));
            case "unlock" -> {
                requireOwner(asking);
                if (--holds == 0) {
                    owner = null;
                }
                call.reply(null);
                changed();
            }
            case "await" -> sleep(call, asking, call.label(2), call.timeoutMillis(3));
            case "signal", "signalAll" -> {
                requireOwner(asking);
                signal(call.label(2), operation.equals("signalAll"));
                call.reply(null);
            }
            default -> throw noSuch(operation);
        }
    }

    private void lock(Call call, Owner asking, long timeoutMillis) {
        Attempt attempt = () -> take(asking, 1) ? Boolean.TRUE : null;
        if (fair && !asking.equals(owner)) {
            awaitInLine(call, timeoutMillis, attempt, false);
        } else {
            await(call, timeoutMillis, attempt, false);
        }
    }

    private boolean take(Owner asking, int times) {
        if (owner != null && !owner.equals(asking)) {
            return false;
        }
        owner = asking;
        holds += times;
        return true;
    }

    private void requireOwner(Owner asking) {
        if (!asking.equals(owner)) {
            throw new RpcException(Protocol.STATE, "this thread does not hold the lock: " + this);
        }
    }

    private void sleep(Call call, Owner asking, String condition, long timeoutMillis) {
        requireOwner(asking);
        Sleeper sleeper = new Sleeper(holds);
        sleepers.computeIfAbsent(condition, any -> new ArrayList<>()).add(sleeper);
        sleeping.put(call, sleeper);
        owner = null;
        holds = 0;
        call.cancelBy(() -> giveUp(sleeper));
        try {
            // a time that is up counts as a signal: the lock has to be taken again all the same
            await(
                    call,
                    Math.max(1, timeoutMillis),
                    () -> (wakes(sleeper) && take(asking, sleeper.holds)) ? (Boolean) sleeper.signalled : null,
                    () -> {
                        sleeper.late = true;
                        forget(sleeper);
                    });
        } catch (RpcException refused) {
            onEnd(call);
            take(asking, sleeper.holds); // as if it had not been asked
            throw refused;
        }
        changed();
    }

    private void forget(Sleeper sleeper) {
        sleepers.values().forEach(list -> list.remove(sleeper));
        sleepers.values().removeIf(List::isEmpty);
    }

    private static boolean wakes(Sleeper sleeper) {
        return sleeper.signalled || sleeper.late;
    }

    /** Who is interrupted takes the lock again before that shows. */
    private synchronized void giveUp(Sleeper sleeper) {
        sleeper.late = true;
        forget(sleeper);
        changed();
    }

    @Override
    void onEnd(Call call) {
        Sleeper sleeper = sleeping.remove(call);
        if (sleeper != null) {
            forget(sleeper);
        }
    }

    private void signal(String condition, boolean all) {
        List<Sleeper> waiting = sleepers.getOrDefault(condition, new ArrayList<>());
        while (!waiting.isEmpty()) {
            waiting.remove(0).signalled = true;
            if (!all) {
                return;
            }
        }
    }

    @Override
    void giveBack(Session session) {
        if (owner != null && owner.session() == session) {
            owner = null;
            holds = 0;
        }
    }
}
