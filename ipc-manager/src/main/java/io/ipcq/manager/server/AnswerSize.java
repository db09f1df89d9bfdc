// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.wire.HeapSize;
import io.ipcq.manager.wire.Json;
import io.ipcq.manager.wire.Page;
import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.RpcException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counts how much goes into an answer with many elements. The answer is full at about a mebibyte. It always fits into a
 * frame, however the elements are written.
 */
final class AnswerSize {

    /** From here on an answer is full. */
    private static final long FULL_BYTES = 1 << 20;

    /** How many bytes one byte may become in JSON; a control character becomes six. */
    private static final int WORST = 6;

    /** Room for what surrounds the elements, such as the id of the call. */
    private static final int AROUND_BYTES = 1 << 10;

    private final int limit;
    private long bytes;

    AnswerSize(int maxFrameBytes) {
        this.limit = maxFrameBytes - Math.min(AROUND_BYTES, maxFrameBytes / 8);
    }

    boolean isFull() {
        return bytes >= FULL_BYTES;
    }

    /** Adds an element of about that size; the first one is always added. False if it is left for the next answer. */
    boolean add(long size) {
        if (bytes > 0 && bytes + size > limit / WORST) {
            return false;
        }
        bytes += size;
        return true;
    }

    /** A page of the next items, with at least one if there is any. */
    Page page(long version, int size, Iterator<?> from) {
        List<Object> items = new ArrayList<>();
        while (from.hasNext() && !isFull()) {
            Object item = from.next();
            if (!add(HeapSize.ITEM + HeapSize.of(item))) {
                break;
            }
            items.add(item);
        }
        return new Page(version, size, items);
    }

    /**
     * Refuses the last element if it is too large even for an answer of its own.
     *
     * @throws RpcException with {@link Protocol#TOO_LARGE}
     */
    void requireFits(@Nullable Object wire) {
        if (bytes > limit / WORST) {
            byte[] unused = Json.write(wire, limit);
        }
    }
}
