// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.IpcException;
import org.jspecify.annotations.Nullable;

/**
 * A task threw an exception in its worker. The cause is that exception where it can be rebuilt here; {@link #remoteStack()}
 * has its stack trace always.
 */
public final class RemoteTaskException extends IpcException {

    private static final long serialVersionUID = 1L;

    private final String remoteType;
    private final String remoteStack;

    RemoteTaskException(String task, String worker, RemoteFailure failure, @Nullable Throwable cause) {
        super("A task failed in its worker: " + failure.text() + "; task=" + task + ", worker=" + worker, cause);
        this.remoteType = failure.type();
        this.remoteStack = failure.stack();
    }

    /** The class of what the task threw. */
    public String remoteType() {
        return remoteType;
    }

    /** The stack trace of what the task threw, with its causes, as its worker would have printed it. */
    public String remoteStack() {
        return remoteStack;
    }
}
