// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.IpcException;

/** The element is larger than the queue can ever hold; the message names both sizes. */
public final class ElementTooLargeException extends IpcException {

    private static final long serialVersionUID = 1L;

    public ElementTooLargeException(String message) {
        super(message);
    }
}
