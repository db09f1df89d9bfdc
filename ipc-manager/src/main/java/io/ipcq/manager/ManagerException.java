// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.IpcException;

/** A manager refused a call; the message says why. The connection goes on. */
public final class ManagerException extends IpcException {

    private static final long serialVersionUID = 1L;

    private final int code;

    ManagerException(int code, String message) {
        super(message);
        this.code = code;
    }

    /** The error code, as in docs/protocol.md. */
    public int code() {
        return code;
    }
}
