// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.net.SocketException;

/** A {@link Listener} accepts nothing more, as the program closed it, or as the JVM ends. It has not failed. */
public final class ListenerClosedException extends SocketException {

    private static final long serialVersionUID = 1L;

    ListenerClosedException(String message) {
        super(message);
    }
}
