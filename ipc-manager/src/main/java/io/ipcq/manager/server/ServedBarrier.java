// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.wire.Operation.OfBarrier;
import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.RpcException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** A meeting point. It breaks for all when one of those who wait gives up, is interrupted or dies. */
final class ServedBarrier extends ServedMonitor {

    private final int parties;
    private Generation generation = new Generation();

    /** Those who meet at one time. */
    private static final class Generation {
        private boolean broken;
        private boolean complete;
        private final Map<Call, Integer> waiting = new LinkedHashMap<>();
    }

    ServedBarrier(Key key, ScheduledExecutorService clock, int parties) {
        super(key, clock);
        if (parties < 1) {
            throw new RpcException(Protocol.INVALID_PARAMS, "parties must be positive: parties=" + parties);
        }
        this.parties = parties;
    }

    @Override
    void requireSame(Map<String, @Nullable Object> options) {
        requireOption(options, "parties", parties);
    }

    @Override
    void operate(Call call, String operation) {
        switch (known(OfBarrier.class, operation)) {
            case AWAIT -> meet(call, call.timeoutMillis(1));
            case RESET -> {
                breakNow(generation);
                generation = new Generation();
                call.reply(null);
            }
            case ABORT -> {
                breakNow(generation);
                call.reply(null);
            }
            case WAITING -> call.reply(generation.waiting.size());
            case IS_BROKEN -> call.reply(generation.broken);
        }
    }

    private void meet(Call call, long timeoutMillis) {
        Generation mine = generation;
        if (mine.broken) {
            throw broken();
        }
        Integer index = parties - mine.waiting.size() - 1;
        Generation next = index == 0 ? new Generation() : mine;
        mine.waiting.put(call, index);
        mine.complete = index == 0;
        generation = next;
        try {
            await(call, timeoutMillis, () -> mine.complete ? index : null, () -> breakNow(mine));
        } catch (Throwable refused) {
            mine.waiting.remove(call); // as if the call had not come
            throw refused;
        } finally {
            if (mine.complete) {
                changed();
            }
        }
    }

    @Override
    void onEnd(Call call) {
        if (generation.waiting.containsKey(call)) {
            breakNow(generation);
        }
    }

    /** A client that waits here and is gone breaks the barrier. */
    @Override
    void giveBack(Session session) {
        if (generation.waiting.keySet().stream().anyMatch(call -> call.session() == session)) {
            breakNow(generation);
        }
    }

    private void breakNow(Generation which) {
        if (which.broken || which.complete) {
            return;
        }
        RpcException told = broken();
        Call[] all = which.waiting.keySet().toArray(new Call[0]);
        which.broken = true;
        which.waiting.clear();
        for (Call each : all) {
            if (each.claim()) {
                try {
                    each.fail(told);
                } catch (Throwable e) {
                    each.session().cutOff(each, e); // the others have to be told in any case
                }
            }
        }
    }

    private RpcException broken() {
        return new RpcException(
                Protocol.BROKEN, "the barrier is broken, one of its parties gave up or died: " + this + "; reset it");
    }
}
