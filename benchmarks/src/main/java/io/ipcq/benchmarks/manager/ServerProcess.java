// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.manager;

import io.ipcq.connection.AuthKey;
import io.ipcq.manager.server.ManagerServer;
import io.ipcq.process.ChildProcess;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;

/** A manager's server in a process of its own. */
record ServerProcess(ChildProcess process, SocketAddress address) implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    static ServerProcess start(AuthKey key, Socket socket) throws IOException, InterruptedException {
        try (SharedQueue<String> place = SharedQueue.create(String.class)) {
            ChildProcess process = new ChildProcess(ServerProcess::serve, key, socket, place);
            process.start();
            String found = place.get(PATIENCE);
            if (found == null) {
                process.close();
                throw new IllegalStateException("the server did not start: " + process);
            }
            return new ServerProcess(
                    process,
                    socket == Socket.UNIX
                            ? UnixDomainSocketAddress.of(found)
                            : new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(found)));
        }
    }

    private static void serve(AuthKey key, Socket socket, SharedQueue<String> place) throws Exception {
        SocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (ManagerServer server = socket == Socket.UNIX
                ? ManagerServer.bind(key)
                : ManagerServer.builder().bind(any, key)) {
            place.put(
                    server.address() instanceof InetSocketAddress inet
                            ? Integer.toString(inet.getPort())
                            : server.address().toString());
            server.serveForever();
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
