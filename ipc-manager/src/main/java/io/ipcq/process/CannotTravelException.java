// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.IpcException;

/**
 * A function, an argument or a field cannot be sent to another process. The message names the path to the object.
 * Nothing was started. Make the class of the object {@link java.io.Serializable}, mark its field {@code transient}, or
 * leave the object out.
 */
public final class CannotTravelException extends IpcException {

    private static final long serialVersionUID = 1L;

    CannotTravelException(String message, Throwable cause) {
        super(message, cause);
    }
}
