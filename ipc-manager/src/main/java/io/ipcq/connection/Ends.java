// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;

/** The two addresses of a connection, as one of its sides sees them. */
record Ends(SocketAddress local, SocketAddress remote) {

    static Ends of(SocketChannel channel) throws IOException {
        return new Ends(whole(channel.getLocalAddress()), whole(channel.getRemoteAddress()));
    }

    /**
     * A client may name the socket by a relative path. Links are not followed: who made one could change it at any
     * time.
     */
    private static SocketAddress whole(SocketAddress address) {
        return address instanceof UnixDomainSocketAddress unix
                        && !unix.getPath().toString().isEmpty()
                ? UnixDomainSocketAddress.of(unix.getPath().toAbsolutePath())
                : address;
    }

    /** Whether the other side of this connection sees it so. */
    boolean mirror(Ends other) {
        return local.equals(other.remote) && remote.equals(other.local);
    }
}
