// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** How many bytes of the heap the values of one map or list take, about; those of a server have a limit together. */
final class StoredValues {

    /** Of all maps and lists of a server. Thread-safe. */
    static final class Budget {
        private final long limitBytes;
        private final AtomicLong used = new AtomicLong();

        Budget(long limitBytes) {
            this.limitBytes = limitBytes;
        }
    }

    private final Budget budget;
    private long bytes;

    StoredValues(Budget budget) {
        this.budget = budget;
    }

    /** Makes room for what is new, and gives up that of what it replaces; null counts nothing. */
    void replace(@Nullable Object before, @Nullable Object after) {
        change(bytesOf(after) - bytesOf(before));
    }

    /** The same for many, all of them or none. */
    void replaceAll(List<?> before, List<?> after) {
        change(bytesOfAll(after) - bytesOfAll(before));
    }

    private void change(long change) {
        if (budget.used.addAndGet(change) > budget.limitBytes && change > 0) {
            budget.used.addAndGet(-change);
            throw new RpcException(
                    Protocol.LIMIT, "the maps and lists of this server are full: limitBytes=" + budget.limitBytes);
        }
        bytes += change;
    }

    void clear() {
        budget.used.addAndGet(-bytes);
        bytes = 0;
    }

    private static long bytesOfAll(List<?> values) {
        return values.stream().mapToLong(StoredValues::bytesOf).sum();
    }

    private static long bytesOf(@Nullable Object value) {
        return value == null ? 0 : HeapSize.ENTRY + HeapSize.of(value);
    }
}
