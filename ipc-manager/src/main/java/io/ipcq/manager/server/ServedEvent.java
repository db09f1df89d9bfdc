// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import java.util.concurrent.ScheduledExecutorService;

/** A flag that many wait for. */
final class ServedEvent extends ServedMonitor {

    private boolean set;

    ServedEvent(Key key, ScheduledExecutorService clock) {
        super(key, clock);
    }

    @Override
    void operate(Call call, String operation) {
        switch (operation) {
            case "isSet" -> call.reply(set);
            case "set", "clear" -> {
                set = operation.equals("set");
                call.reply(null);
                changed();
            }
            case "await" -> await(call, call.timeoutMillis(1), () -> set ? Boolean.TRUE : null, false);
            default -> throw noSuch(operation);
        }
    }

    @Override
    boolean mayServe() {
        return set;
    }
}
