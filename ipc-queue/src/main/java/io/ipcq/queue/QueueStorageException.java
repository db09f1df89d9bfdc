// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.IpcException;
import org.jspecify.annotations.Nullable;

/** The storage of the queue failed: no space, damaged, or removed behind its back. The message says which file, and what to do. */
public final class QueueStorageException extends IpcException {

    private static final long serialVersionUID = 1L;

    public QueueStorageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Of a queue whose files are not in their place any more. */
    static QueueStorageException gone(Throwable cause) {
        return new QueueStorageException(
                "the queue is gone: " + cause.getMessage() + "; open the one that is there, or create one", cause);
    }
}
