// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import java.util.Collection;
import java.util.Map;
import javax.security.auth.Destroyable;

/**
 * Values that no element carries. A thing that is open in this process, such as a queue or a manager's map, would come
 * back as a dead copy of its content. A secret would be stored where the queue is stored.
 */
final class NoContent {

    private NoContent() {}

    /** @throws JsonRefusal if the value is one of these */
    static void refuse(Object value) {
        if (value instanceof Destroyable) {
            throw new JsonRefusal(
                    name(value) + " is a secret, which no element may hold; give it to the reader in another way");
        }
        if (value instanceof AutoCloseable && !(value instanceof Record)) {
            boolean copied = value instanceof Collection<?> || value instanceof Map<?, ?>;
            throw new JsonRefusal(name(value) + " is open in this process, and no element can hold it; put its name,"
                    + " and open it by that where the element is read"
                    + (copied ? "; or put a copy of its content" : ""));
        }
    }

    private static String name(Object value) {
        return value.getClass().getName();
    }
}
