// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * Listens as another user, and prints how many bytes two clients sent before they closed; needs nothing but the JDK.
 */
final class OtherListener {

    private OtherListener() {}

    public static void main(String[] args) throws Exception {
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(args[0]));
            System.out.println("listens");
            for (int i = 0; i < 2; i++) {
                try (SocketChannel client = server.accept()) {
                    if (i == 1) {
                        client.write(ByteBuffer.wrap(new byte[] {0, 0, 0, 1, 'x'}));
                    }
                    System.out.println("bytes=" + client.read(ByteBuffer.allocate(4)));
                }
            }
        }
    }
}
