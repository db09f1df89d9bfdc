// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import org.jspecify.annotations.Nullable;

/**
 * Base of the failures that ipcq reports once something is open. There is one subclass for each decision that a caller
 * may take.
 */
public class IpcException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public IpcException(String message) {
        super(message);
    }

    public IpcException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
