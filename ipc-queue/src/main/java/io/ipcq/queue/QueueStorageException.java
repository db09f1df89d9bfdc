// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.IpcException;
import org.jspecify.annotations.Nullable;

/**
 * The storage of the queue failed: it has no space, is damaged, or was removed. The message says which file, and what
 * to do.
 */
public final class QueueStorageException extends IpcException {

    private static final long serialVersionUID = 1L;

    private final int put;

    public QueueStorageException(String message, @Nullable Throwable cause) {
        this(message, cause, 0);
    }

    /** @param put how many elements are in the queue */
    public QueueStorageException(String message, @Nullable Throwable cause, int put) {
        super(message, cause);
        this.put = put;
    }

    /**
     * How many elements of a {@link SharedQueue#putAll} are in the queue, from the first on; 1 or 0 for a put of one
     * element. With {@link DurableQueueBuilder#sync sync} the last of them, up to {@value JournalQueue#BATCH_ELEMENTS},
     * may be in the queue and not on the disk.
     */
    public int put() {
        return put;
    }

    /** The same of a call that had put some elements before those that this is about. */
    public static QueueStorageException inTheMiddle(int before, int of, QueueStorageException failure) {
        int put = before + failure.put();
        String message = "the first " + put + " of " + of + " elements were put, then: " + failure.getMessage();
        return new QueueStorageException(message, failure, put);
    }

    /** Of a queue whose files are not in their place any more. */
    static QueueStorageException gone(Throwable cause) {
        return new QueueStorageException(
                "the queue is gone: " + cause.getMessage() + "; open the one that is there, or create one", cause);
    }
}
