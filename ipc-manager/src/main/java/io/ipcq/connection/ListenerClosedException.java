// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.net.SocketException;

/**
 * A {@link Listener} accepts no more peers, because the program closed it, or because the JVM ends. It has not failed.
 */
public final class ListenerClosedException extends SocketException {

    private static final long serialVersionUID = 1L;

    ListenerClosedException(String message) {
        super(message);
    }
}
