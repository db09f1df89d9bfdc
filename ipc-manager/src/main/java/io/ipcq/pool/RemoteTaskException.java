// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.IpcException;
import org.jspecify.annotations.Nullable;

/**
 * A task threw an exception in its worker. The cause is that exception where it can be rebuilt here;
 * {@link #remoteStack()} has its stack trace always.
 *
 * <p>{@code apply}, {@code map} and {@code imap} throw it. A future fails with the cause itself, as the JDK's users
 * expect, and this is among its suppressed exceptions; where there is no cause, the future fails with this.
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
     * What the task threw, with this as suppressed, so that the worker's stack trace is there; this if it could not be
     * rebuilt.
     */
    Throwable original() {
        Throwable original = getCause();
        if (original == null) {
            return this;
        }
        original.addSuppressed(new RemoteTaskException(this));
        return original;
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
