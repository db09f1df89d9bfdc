// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.IpcException;
import java.nio.file.Path;

/** The handle is closed, or the queue is deleted: open it again, or stop. */
public final class QueueClosedException extends IpcException {

    private static final long serialVersionUID = 1L;

    public QueueClosedException(String message) {
        super(message);
    }

    static QueueClosedException ofHandle(Path directory) {
        return new QueueClosedException("this handle is closed: directory=" + directory + "; open the queue again");
    }

    static QueueClosedException ofView(Path directory) {
        return new QueueClosedException("this view is closed: directory=" + directory + "; open another one");
    }

    static QueueClosedException ofDeleted(Path directory) {
        return new QueueClosedException("the queue was deleted: directory=" + directory);
    }
}
