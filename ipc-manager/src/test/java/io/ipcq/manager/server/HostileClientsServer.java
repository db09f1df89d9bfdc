// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.connection.AuthKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A manager in a process with little of what the system gives: at a path, or else at a port of the loopback interface,
 * which it prints. It ends with its input.
 */
final class HostileClientsServer {

    static final byte[] SECRET = "the secret of this test, 32 bytes".getBytes(StandardCharsets.US_ASCII);

    /** A map of everybody's. */
    static final String SHARED = "shared";

    private static final Duration LONG = Duration.ofSeconds(2);

    /** What is served besides the types of the library. */
    public interface Own {
        boolean block() throws InterruptedException;

        int ok();
    }

    static final class Blocker implements Own {
        @Override
        public boolean block() throws InterruptedException {
            Thread.sleep(LONG.toMillis());
            return true;
        }

        @Override
        public int ok() {
            return 1;
        }
    }

    private HostileClientsServer() {}

    static ManagerServerBuilder builder(Path directory) {
        return ManagerServer.builder().directory(directory).register(Own.class, Blocker::new);
    }

    public static void main(String[] args) throws Exception {
        SocketAddress address = args.length > 1
                ? UnixDomainSocketAddress.of(args[1])
                : new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (ManagerServer server = builder(Path.of(args[0])).bind(address, AuthKey.of(SECRET))) {
            System.out.println(server.address() instanceof InetSocketAddress inet ? inet.getPort() : 0);
            int unused = System.in.read();
        }
    }
}
