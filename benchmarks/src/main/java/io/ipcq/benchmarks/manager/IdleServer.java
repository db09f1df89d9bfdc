// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.manager;

import io.ipcq.benchmarks.Idle;
import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.manager.Manager;
import io.ipcq.queue.SharedQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** How much of a core a manager's server uses whose clients ask for nothing. */
final class IdleServer {

    private IdleServer() {}

    /** The clients have done something once. */
    static double connected(int clients) throws Exception {
        AuthKey key = AuthKey.random();
        List<Manager> managers = new ArrayList<>();
        try (ServerProcess server = ServerProcess.start(key, Socket.UNIX)) {
            for (int i = 0; i < clients; i++) {
                managers.add(connect(server, key));
                managers.get(i).ping();
            }
            return Idle.percent(server.process().pid());
        } finally {
            managers.forEach(Manager::close);
        }
    }

    /** Each client waits for an element, at one of so many queues. */
    static double waiting(int clients, int queues) throws Exception {
        AuthKey key = AuthKey.random();
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        List<Manager> managers = new ArrayList<>();
        List<Future<?>> waiting = new ArrayList<>();
        try (ServerProcess server = ServerProcess.start(key, Socket.UNIX)) {
            for (int i = 0; i < clients; i++) {
                managers.add(connect(server, key));
                SharedQueue<byte[]> queue = managers.get(i).queue("queue-" + i % queues, byte[].class);
                waiting.add(threads.submit(() -> queue.get()));
            }
            double percent = Idle.percent(server.process().pid());
            for (Future<?> each : waiting) {
                if (each.isDone()) {
                    throw new IllegalStateException("did not wait: " + each.get());
                }
            }
            return percent;
        } finally {
            managers.forEach(Manager::close);
            threads.shutdownNow();
        }
    }

    private static Manager connect(ServerProcess server, AuthKey key) throws Exception {
        return Manager.connect(new Elsewhere(Connection.connect(server.address(), key)));
    }
}
