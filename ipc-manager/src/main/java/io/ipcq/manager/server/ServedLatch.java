// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.wire.Operation.OfLatch;
import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.RpcException;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** A count that goes down to zero, which many wait for. */
final class ServedLatch extends ServedMonitor {

    private final long made;
    private long count;

    ServedLatch(Key key, ScheduledExecutorService clock, long count) {
        super(key, clock);
        if (count < 0) {
            throw new RpcException(Protocol.INVALID_PARAMS, "count is negative: count=" + count);
        }
        this.made = count;
        this.count = count;
    }

    @Override
    void requireSame(Map<String, @Nullable Object> options) {
        requireOption(options, "count", made);
    }

    @Override
    void operate(Call call, String operation) {
        switch (known(OfLatch.class, operation)) {
            case COUNT -> call.reply(count);
            case COUNT_DOWN -> {
                count = Math.max(0, count - 1);
                call.reply(null);
                changed();
            }
            case AWAIT -> await(call, call.timeoutMillis(1), () -> count == 0 ? Boolean.TRUE : null, false);
        }
    }

    @Override
    boolean mayServe() {
        return count == 0;
    }
}
