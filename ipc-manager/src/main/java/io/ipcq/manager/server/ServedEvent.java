// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.wire.Operation.OfEvent;
import java.util.concurrent.ScheduledExecutorService;

/** A flag that many wait for. */
final class ServedEvent extends ServedMonitor {

    private boolean set;

    ServedEvent(Key key, ScheduledExecutorService clock) {
        super(key, clock);
    }

    @Override
    void operate(Call call, String asked) {
        OfEvent operation = known(OfEvent.class, asked);
        switch (operation) {
            case IS_SET -> call.reply(set);
            case SET, CLEAR -> {
                set = operation == OfEvent.SET;
                call.reply(null);
                changed();
            }
            case AWAIT -> await(call, call.timeoutMillis(1), () -> set ? Boolean.TRUE : null, false);
        }
    }

    @Override
    boolean mayServe() {
        return set;
    }
}
