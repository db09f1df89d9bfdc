// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.IpcException;
import io.ipcq.manager.wire.Thrown;
import org.jspecify.annotations.Nullable;

/** A manager refused a call; the message says why. The connection goes on. */
public final class ManagerException extends IpcException {

    private static final long serialVersionUID = 1L;

    private final int code;
    private final transient @Nullable Thrown thrown;

    ManagerException(int code, String message, @Nullable Thrown thrown) {
        super(message);
        this.code = code;
        this.thrown = thrown;
    }

    /** What a method of an object of the program's own threw, if that is why. */
    @Nullable
    Thrown thrown() {
        return thrown;
    }

    /** The error code, as in docs/protocol.md. */
    public int code() {
        return code;
    }
}
