// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

/** A whole number of 64 bits that wraps around. */
final class ServedCounter extends Served {

    private long value;

    ServedCounter(Key key) {
        super(key);
    }

    @Override
    synchronized void call(Call call, String operation) {
        switch (operation) {
            case "get" -> call.reply(value);
            case "add" -> {
                value += call.number(1);
                call.reply(value);
            }
            case "set" -> {
                long before = value;
                value = call.number(1);
                call.reply(before);
            }
            case "compareAndSet" -> {
                boolean equal = value == call.number(1);
                value = equal ? call.number(2) : value;
                call.reply(equal);
            }
            default -> throw noSuch(operation);
        }
    }
}
