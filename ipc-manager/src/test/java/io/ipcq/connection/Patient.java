// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.net.SocketAddress;
import java.time.Duration;

/** Sides whose limits of time are kept by a busy machine, too. Those by default are for strangers, and short. */
public final class Patient {

    static final Duration TIME = Duration.ofSeconds(60);

    private Patient() {}

    public static ListenerBuilder listener(SocketAddress address, AuthKey key) {
        return Listener.builder(address, key).handshakeTimeout(TIME);
    }

    public static ConnectionBuilder client(SocketAddress address, AuthKey key) {
        return Connection.builder(address, key).handshakeTimeout(TIME).connectTimeout(TIME);
    }
}
