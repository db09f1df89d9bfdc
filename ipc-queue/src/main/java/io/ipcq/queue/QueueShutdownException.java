// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.IpcException;

/** The queue is shut down: for a producer it takes no more, for a consumer it is drained and over. */
public final class QueueShutdownException extends IpcException {

    private static final long serialVersionUID = 1L;

    public QueueShutdownException(String message) {
        super(message);
    }
}
