// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.IpcException;
import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.Thrown;
import org.jspecify.annotations.Nullable;

/** A manager refused a call; the message says why. The connection goes on. */
public final class ManagerException extends IpcException {

    /** The server does not know the operation: it may be older than this client. */
    public static final int UNKNOWN_OPERATION = Protocol.NO_METHOD;

    /** The server failed. */
    public static final int SERVER_FAILED = Protocol.INTERNAL;

    /** The server does not allow it: durable queues, the interface, or its end. */
    public static final int FORBIDDEN = Protocol.FORBIDDEN;

    /**
     * A limit of the server was met, which the message names. The call may succeed once others have given something
     * back.
     */
    public static final int LIMIT = Protocol.LIMIT;

    /** A method of an object of the program's own threw what cannot be thrown here. */
    public static final int THROWN = Protocol.THROWN;

    private static final long serialVersionUID = 1L;

    private final int code;
    private final transient @Nullable Thrown thrown;

    ManagerException(int code, String message, @Nullable Thrown thrown) {
        super(message);
        this.code = code;
        this.thrown = thrown;
    }

    /** What a method of an object of the program's own threw; null if that is not why. */
    @Nullable
    Thrown thrown() {
        return thrown;
    }

    /** Why the call was refused: one of the constants, or another code of docs/protocol.md. */
    public int code() {
        return code;
    }
}
