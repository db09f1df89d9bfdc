// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** How many bytes of the heap the values of one map or list take, about; those of a server have a limit together. */
final class StoredValues {

    private static final long OBJECT = 24;
    private static final long ENTRY = 64;

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
        long change = bytesOf(after) - bytesOf(before);
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

    private static long bytesOf(@Nullable Object value) {
        return value == null ? 0 : ENTRY + sizeOf(value);
    }

    private static long sizeOf(@Nullable Object value) {
        if (value instanceof String text) {
            return 2 * OBJECT + text.length();
        }
        if (value instanceof List<?> list) {
            return 2 * OBJECT
                    + list.stream().mapToLong(item -> 8 + sizeOf(item)).sum();
        }
        if (value instanceof Map<?, ?> map) {
            return 3 * OBJECT
                    + map.entrySet().stream()
                            .mapToLong(entry -> ENTRY + sizeOf(entry.getKey()) + sizeOf(entry.getValue()))
                            .sum();
        }
        if (value instanceof BigInteger number) {
            return 2 * OBJECT + number.bitLength() / 8;
        }
        if (value instanceof BigDecimal number) {
            return 3 * OBJECT + number.unscaledValue().bitLength() / 8;
        }
        return value == null ? 0 : OBJECT;
    }
}
