// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.wire.HeapSize;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** About how many bytes of the heap the values of one map, set, list or array take, and for which client they count. */
final class StoredValues {

    private final Bill bill = new Bill(Session::stored);

    /** Makes room for a new value, and gives up that of the value it replaces. Null takes no room. */
    void replace(Session client, @Nullable Object before, @Nullable Object after) {
        bill.change(client, bytesOf(after) - bytesOf(before));
    }

    /** The same for many, all of them or none. */
    void replaceAll(Session client, List<?> before, List<?> after) {
        bill.change(client, bytesOfAll(after) - bytesOfAll(before));
    }

    /** Makes room for something else. */
    void reserve(Session client, long bytes) {
        bill.change(client, bytes);
    }

    void join(Session session) {
        bill.join(session);
    }

    void left(Session session, Set<Session> holders) {
        bill.left(session, holders);
    }

    /** Nothing is stored for the moment. */
    void clear() {
        bill.clear();
    }

    /** What has the values is gone. */
    void end() {
        bill.end();
    }

    private static long bytesOfAll(List<?> values) {
        return values.stream().mapToLong(StoredValues::bytesOf).sum();
    }

    private static long bytesOf(@Nullable Object value) {
        return value == null ? 0 : HeapSize.ENTRY + HeapSize.of(value);
    }
}
