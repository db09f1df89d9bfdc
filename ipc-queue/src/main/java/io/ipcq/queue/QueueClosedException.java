// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.IpcException;

/** The handle is closed, or the queue is deleted: open it again, or stop. */
public final class QueueClosedException extends IpcException {

    private static final long serialVersionUID = 1L;

    public QueueClosedException(String message) {
        super(message);
    }
}
