// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.manager;

import io.ipcq.benchmarks.Messages;
import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.manager.Manager;
import io.ipcq.queue.SharedQueue;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Calls of a queue through a manager in another process, without the shortcut; each client has a connection and a
 * queue.
 */
final class SocketCalls {

    private static final int WARM_UP = 300_000;
    private static final int MEASURED = 150_000;
    private static final int BATCH = 64;

    private SocketCalls() {}

    /** A client's loop; does so many puts and as many gets. */
    @FunctionalInterface
    private interface Loop {
        void run(SharedQueue<byte[]> queue, int times) throws Exception;
    }

    static double single(Socket socket, int clients) throws Exception {
        return run(socket, clients, (queue, times) -> {
            byte[] message = new byte[Messages.BYTES];
            for (int i = 0; i < times; i++) {
                queue.put(message);
                queue.get();
            }
        });
    }

    static double batches(Socket socket) throws Exception {
        return run(socket, 1, (queue, times) -> {
            List<byte[]> batch = Collections.nCopies(BATCH, new byte[Messages.BYTES]);
            List<byte[]> got = new ArrayList<>();
            for (int i = 0; i < times; i += BATCH) {
                queue.putAll(batch);
                queue.drainTo(got, BATCH);
                got.clear();
            }
        });
    }

    /** Puts and gets a second, of all clients together. */
    private static double run(Socket socket, int clients, Loop loop) throws Exception {
        AuthKey key = AuthKey.random();
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try (ServerProcess server = ServerProcess.start(key, socket)) {
            measure(threads, server.address(), key, clients, loop, WARM_UP);
            long start = System.nanoTime();
            measure(threads, server.address(), key, clients, loop, MEASURED);
            return 2.0 * MEASURED * 1e9 / (System.nanoTime() - start);
        } finally {
            threads.shutdownNow();
        }
    }

    private static void measure(
            ExecutorService threads, SocketAddress address, AuthKey key, int clients, Loop loop, int times)
            throws Exception {
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            all.add(threads.submit(() -> {
                try (Manager manager = Manager.connect(new Elsewhere(Connection.connect(address, key)));
                        SharedQueue<byte[]> queue = manager.queue(byte[].class)) {
                    loop.run(queue, times / clients);
                }
                return null;
            }));
        }
        for (Future<?> each : all) {
            each.get();
        }
    }
}
