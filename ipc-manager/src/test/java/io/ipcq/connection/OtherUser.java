// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * Connects to a socket and prints how many bytes came first; needs nothing but the JDK, to run as a user who sees no
 * more.
 */
final class OtherUser {

    private OtherUser() {}

    public static void main(String[] args) throws Exception {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(args[0]))) {
            System.out.println("bytes=" + channel.read(ByteBuffer.allocate(4)));
        }
    }
}
