// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.IpcException;
import org.jspecify.annotations.Nullable;

/**
 * A task threw an exception in its worker. The cause is that exception if it can be rebuilt in the parent.
 * {@link #remoteStack()} always has its stack trace.
 *
 * <p>{@code apply}, {@code map} and {@code imap} throw it. A future fails with the cause itself, as users of the JDK
 * expect. This exception is among the suppressed exceptions of the cause. If there is no cause, the future fails with
 * this exception.
 */
public final class RemoteTaskException extends IpcException {

    private static final long serialVersionUID = 1L;

    private final String remoteType;
    private final String remoteStack;

    RemoteTaskException(String task, String worker, RemoteFailure failure, @Nullable Throwable cause) {
        super("a task failed in its worker: " + failure.text() + "; task=" + task + ", worker=" + worker, cause);
        this.remoteType = failure.type();
        this.remoteStack = failure.stack();
    }

    private RemoteTaskException(RemoteTaskException whole) {
        super(String.valueOf(whole.getMessage()), null);
        this.remoteType = whole.remoteType;
        this.remoteStack = whole.remoteStack;
    }

    /**
     * The exception that the task threw, with a copy of this as suppressed exception, so that it contains the worker's
     * stack trace. If it could not be rebuilt, this exception.
     */
    Throwable original() {
        Throwable original = getCause();
        if (original == null) {
            return this;
        }
        original.addSuppressed(new RemoteTaskException(this));
        return original;
    }

    /** The class of the exception that the task threw. */
    public String remoteType() {
        return remoteType;
    }

    /** The stack trace of the exception that the task threw, with its causes, as the worker would have printed it. */
    public String remoteStack() {
        return remoteStack;
    }
}
