// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.wire.Operation.OfCounter;

/** A whole number of 64 bits that wraps around. */
final class ServedCounter extends Served {

    private long value;

    ServedCounter(Key key) {
        super(key);
    }

    @Override
    synchronized void call(Call call, String operation) {
        switch (known(OfCounter.class, operation)) {
            case GET -> call.reply(value);
            case ADD -> {
                value += call.number(1);
                call.reply(value);
            }
            case SET -> {
                long before = value;
                value = call.number(1);
                call.reply(before);
            }
            case COMPARE_AND_SET -> {
                boolean equal = value == call.number(1);
                value = equal ? call.number(2) : value;
                call.reply(equal);
            }
        }
    }
}
