// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.IpcException;

/** The queue is shut down. A producer cannot put any more; for a consumer, the queue is also drained. */
public final class QueueShutdownException extends IpcException {

    private static final long serialVersionUID = 1L;

    public QueueShutdownException(String message) {
        super(message);
    }
}
