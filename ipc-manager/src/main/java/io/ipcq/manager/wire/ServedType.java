// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.wire;

import org.jspecify.annotations.Nullable;

/** What a name may stand for. */
public enum ServedType {
    QUEUE("queue"),
    DURABLE_QUEUE("durableQueue"),
    MAP("map"),
    NAMESPACE("namespace"),
    SET("set"),
    LIST("list"),
    VALUE("value"),
    ARRAY("array"),
    COUNTER("counter"),
    LOCK("lock"),
    SEMAPHORE("semaphore"),
    LATCH("latch"),
    EVENT("event"),
    BARRIER("barrier"),

    /** An object of a type of the program's own. */
    OBJECT("object");

    private final String wire;

    ServedType(String wire) {
        this.wire = wire;
    }

    /** Its name on the wire. */
    public String wire() {
        return wire;
    }

    /** The type with a name on the wire; null if there is none. */
    public static @Nullable ServedType of(String wire) {
        for (ServedType type : values()) {
            if (type.wire.equals(wire)) {
                return type;
            }
        }
        return null;
    }
}
