// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.AuthenticationException;
import io.ipcq.connection.Connection;
import io.ipcq.connection.Listener;
import io.ipcq.manager.server.ManagerServer;
import io.ipcq.pool.ProcessPool;
import io.ipcq.process.ChildProcess;
import io.ipcq.queue.SharedQueue;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentMap;

/** Programs that have a key, and print all they can. */
final class SecrecyPrograms {

    private SecrecyPrograms() {}

    /** A manager in one child, a client of it in another one, and a pool whose workers get proxies. */
    static final class Family {
        public static void main(String[] arguments) throws Exception {
            AuthKey key = AuthKey.load(Path.of(arguments[0]));
            SharedQueue<String> report = SharedQueue.create(String.class);
            ChildProcess server = new ChildProcess(SecrecyPrograms::serve, key, report);
            server.start();
            UnixDomainSocketAddress address = UnixDomainSocketAddress.of(report.get());
            Manager manager = Manager.connect(address, key);
            SharedQueue<String> queue = manager.queue("letters", String.class);
            ConcurrentMap<String, Integer> map = manager.map("counts", String.class, Integer.class);
            SharedLock lock = manager.lock("lock");
            ChildProcess client = new ChildProcess(SecrecyPrograms::call, address, key, report);
            client.start();
            ProcessPool pool = ProcessPool.builder().workers(1).create();
            System.out.println("pool: " + pool.apply(SecrecyPrograms::describe, map));
            System.out.println(report.get() + report.get());
            System.out.println(key + " " + manager + " " + queue + " " + map + " " + lock + " " + server + " " + pool);
            printConnections(key);
            System.out.println("ready");
            Thread.sleep(Long.MAX_VALUE);
        }

        private static void printConnections(AuthKey key) throws Exception {
            Listener listener = Listener.bind(key);
            System.out.println(listener + " " + Listener.builder(listener.address(), key) + " "
                    + Listener.builder(listener.address(), key).options());
            Connection connection = Connection.connect(listener.address(), key);
            System.out.println(connection + " " + Connection.builder(listener.address(), key) + " "
                    + Connection.builder(listener.address(), key).options());
            for (Path nowhere : new Path[] {Path.of("/no/such/directory/s"), Path.of("/")}) {
                try {
                    Connection.connect(UnixDomainSocketAddress.of(nowhere), key);
                } catch (Exception e) {
                    e.printStackTrace(System.out);
                }
            }
            try {
                Connection.connect(listener.address(), AuthKey.random());
            } catch (AuthenticationException e) {
                e.printStackTrace(System.out);
            }
        }
    }

    private static void serve(AuthKey key, SharedQueue<String> report) throws Exception {
        try (ManagerServer server = ManagerServer.bind(key)) {
            System.out.println(server + " " + server.options() + " " + ManagerServer.builder());
            report.put(server.address().toString());
            server.serveForever();
        }
    }

    private static void call(SocketAddress address, AuthKey key, SharedQueue<String> report) throws Exception {
        Manager manager = Manager.connect(address, key);
        report.put("client: " + manager + " " + manager.key().orElseThrow());
        try {
            manager.lock("lock").unlock();
        } catch (RuntimeException e) {
            e.printStackTrace(System.out);
            report.put(" " + e);
        }
        Thread.sleep(Long.MAX_VALUE);
    }

    private static String describe(ConcurrentMap<String, Integer> map) {
        map.put("a", 1);
        return map.toString();
    }

    /** A server over TCP with an object of its own, which logs everything. */
    static final class Server {
        public static void main(String[] arguments) throws Exception {
            AuthKey key = AuthKey.load(Path.of(arguments[0]));
            try (ManagerServer server = ManagerServer.builder()
                    .register(ManagerContract.Inventory.class, ManagerContract.Shelf::new)
                    .bind(new java.net.InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 0), key)) {
                System.out.println("port=" + ((java.net.InetSocketAddress) server.address()).getPort());
                server.serveForever();
            }
        }
    }
}
