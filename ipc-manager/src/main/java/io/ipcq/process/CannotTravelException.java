// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.IpcException;

/**
 * A function, an argument or a field cannot be sent to another process; the message names the path to it. Nothing was
 * started: make the named thing {@link java.io.Serializable}, mark its field {@code transient}, or leave it out.
 */
public final class CannotTravelException extends IpcException {

    private static final long serialVersionUID = 1L;

    CannotTravelException(String message, Throwable cause) {
        super(message, cause);
    }
}
