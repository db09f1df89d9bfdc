// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Binds a socket as a listener does, and takes as long as it is told: until a line comes. It ends with its input. */
final class BindingListener {

    private BindingListener() {}

    public static void main(String[] args) throws Exception {
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            try (FileChannel file = FileChannel.open(
                            Path.of(args[0] + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock held = file.lock()) {
                System.out.println("binds: " + held.isValid());
                int line = System.in.read();
                server.bind(UnixDomainSocketAddress.of(args[0]), line);
            }
            int end = System.in.read();
            System.exit(end);
        }
    }
}
