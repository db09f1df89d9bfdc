// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.IpcException;
import java.time.Duration;

/** A task ran longer than the pool allows. The task was interrupted. If that did not end it, its worker was killed. */
public final class TaskTimeoutException extends IpcException {

    private static final long serialVersionUID = 1L;

    TaskTimeoutException(String task, Duration timeout, String worker) {
        super("a task took too long and was ended: task=" + task + ", timeout=" + timeout + ", worker=" + worker, null);
    }
}
