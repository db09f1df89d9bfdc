// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.wire.Operation.OfLock;
import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.RpcException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** A reentrant lock with conditions. It belongs to a thread of a client, and is free when that client is gone. */
final class ServedLock extends ServedMonitor {

    private record Owner(Session session, String thread) {}

    /**
     * A thread in {@code await}. It has left the lock, and takes it again, {@code holds} times, before it returns. A
     * signal, an interrupt, or the end of its time wakes it. From then on it waits for the lock.
     */
    private static final class Sleeper {
        private final Owner owner;
        private final String condition;
        private final int holds;
        private boolean signalled;
        private @Nullable Waiting waiting;

        Sleeper(Owner owner, String condition, int holds) {
            this.owner = owner;
            this.condition = condition;
            this.holds = holds;
        }
    }

    private @Nullable Owner owner;
    private int holds;
    private long since;

    /** The sleeping threads by condition, in the order they came. */
    private final Map<String, Set<Sleeper>> sleepers = new HashMap<>();

    private final Map<Call, Sleeper> sleeping = new HashMap<>();

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
    void operate(Call call, String asked) {
        OfLock operation = known(OfLock.class, asked);
        Owner asking = new Owner(call.session(), operation == OfLock.IS_LOCKED ? "" : call.label(1));
        switch (operation) {
            case IS_LOCKED -> call.reply(owner != null);
            case LOCK -> lock(call, asking, call.timeoutMillis(2));
            case UNLOCK -> {
                requireOwner(asking);
                if (--holds == 0) {
                    owner = null;
                }
                call.reply(null);
                changed();
            }
            case AWAIT -> sleep(call, asking, call.label(2), call.timeoutMillis(3));
            case SIGNAL, SIGNAL_ALL -> {
                requireOwner(asking);
                signal(call.label(2), operation == OfLock.SIGNAL_ALL);
                call.reply(null);
            }
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
        if (owner == null) {
            since = System.nanoTime();
        }
        owner = asking; // both or neither: nothing between them can fail
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
        Sleeper sleeper = new Sleeper(asking, condition, holds);
        try {
            sleeping.put(call, sleeper);
            sleepers.computeIfAbsent(condition, any -> new LinkedHashSet<>()).add(sleeper);
            call.cancelBy(() -> giveUp(sleeper));
            sleeper.waiting = sleep(call, Math.max(1, timeoutMillis), () -> take(sleeper), () -> wake(sleeper));
        } catch (RuntimeException | Error refused) {
            onEnd(call);
            throw refused;
        }
        owner = null;
        holds = 0;
        changed();
    }

    private @Nullable Object take(Sleeper sleeper) {
        return take(sleeper.owner, sleeper.holds) ? (Boolean) sleeper.signalled : null;
    }

    /** May be called again, also if it has failed. */
    private void forget(Sleeper sleeper) {
        Set<Sleeper> same = sleepers.get(sleeper.condition);
        if (same != null) {
            same.remove(sleeper);
            if (same.isEmpty()) {
                sleepers.remove(sleeper.condition);
            }
        }
    }

    private void wake(Sleeper sleeper) {
        if (sleeper.waiting != null) {
            lineUp(sleeper.waiting);
        }
        forget(sleeper);
    }

    /** An interrupted thread takes the lock again before its call is answered. */
    private synchronized void giveUp(Sleeper sleeper) {
        wake(sleeper);
        changed();
    }

    private void signal(String condition, boolean all) {
        Set<Sleeper> same = sleepers.getOrDefault(condition, Set.of());
        while (!same.isEmpty()) {
            Sleeper first = same.iterator().next();
            first.signalled = true;
            wake(first);
            if (!all) {
                return;
            }
        }
    }

    @Override
    void onEnd(Call call) {
        Sleeper sleeper = sleeping.get(call);
        if (sleeper != null) {
            forget(sleeper);
            sleeping.remove(call); // at last: if this fails, it is done once more
        }
    }

    @Override
    List<Hold> holds() {
        return owner == null ? List.of() : List.of(new Hold(owner.session(), owner.thread(), holds, since));
    }

    @Override
    Map<String, Integer> asleep() {
        Map<String, Integer> asleep = new TreeMap<>();
        sleepers.forEach((condition, threads) -> asleep.put(condition, threads.size()));
        return asleep;
    }

    @Override
    boolean mayServe() {
        return owner == null;
    }

    @Override
    void giveBack(Session session) {
        if (owner != null && owner.session() == session) {
            owner = null;
            holds = 0;
        }
    }
}
