// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.IpcException;

/**
 * A task has ended well, but its result cannot be read in the parent, for instance because the class of the result is
 * unknown there.
 */
public final class UnreadableResultException extends IpcException {

    private static final long serialVersionUID = 1L;

    UnreadableResultException(String task, String worker, Throwable cause) {
        super(
                "the result of a task cannot be read here: reason=" + cause + ", task=" + task + ", worker=" + worker
                        + ". Its classes have to be on the class path of both",
                cause);
    }
}
