// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.IpcException;
import org.jspecify.annotations.Nullable;

/**
 * No worker of the pool could start, several times in a row, so the tasks that waited were given up. The pool tries
 * again when it is given new tasks. The message says how the last start ended and what the worker printed.
 */
public final class WorkerStartException extends IpcException {

    private static final long serialVersionUID = 1L;

    WorkerStartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
