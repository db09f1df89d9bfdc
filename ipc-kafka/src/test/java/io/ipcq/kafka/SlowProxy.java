// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import io.ipcq.brokers.Brokers;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A poor network by a proxy in front of a broker. It loses nothing: the kernel's TCP is between it and both sides. */
final class SlowProxy implements PoorNetwork {

    private static final int PIECE = 1 << 14;
    private static final long DELAY_MILLIS = 100;

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile int target;
    private volatile long delayMillis;
    private volatile boolean cut;

    SlowProxy() throws IOException {
        Thread thread = new Thread(this::accept, "proxy");
        thread.setDaemon(true);
        thread.start();
    }

    /** What the broker has to do with itself does not go through the proxy. */
    @Override
    public Brokers startBroker() throws IOException {
        Brokers broker = Broker.start(Map.of(
                "listeners",
                "PLAINTEXT://127.0.0.1:{port},ITSELF://127.0.0.1:{other},CONTROLLER://127.0.0.1:{controller}",
                "advertised.listeners",
                "PLAINTEXT://127.0.0.1:" + server.getLocalPort() + ",ITSELF://127.0.0.1:{other}",
                "listener.security.protocol.map",
                "PLAINTEXT:PLAINTEXT,ITSELF:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "inter.broker.listener.name",
                "ITSELF"));
        target = broker.port(0);
        return broker;
    }

    @Override
    public URI queue(String name) {
        return URI.create("kafka://127.0.0.1:" + server.getLocalPort() + "/" + name);
    }

    @Override
    public void slow() {
        delayMillis = DELAY_MILLIS;
    }

    @Override
    public void cut() {
        cut = true;
    }

    @Override
    public void heal() {
        delayMillis = 0;
        cut = false;
    }

    private void accept() {
        try {
            while (true) {
                join(server.accept());
            }
        } catch (IOException closed) {
            // the end
        }
    }

    private void join(Socket here) throws IOException {
        Socket there;
        try {
            there = new Socket(InetAddress.getLoopbackAddress(), target);
        } catch (IOException nobody) {
            here.close();
            return;
        }
        sockets.addAll(List.of(here, there));
        pump(here, there);
        pump(there, here);
    }

    private void pump(Socket from, Socket to) {
        Thread thread = new Thread(() -> carry(from, to), "proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void carry(Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] piece = new byte[PIECE];
            for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
                TimeUnit.MILLISECONDS.sleep(delayMillis);
                while (cut) {
                    TimeUnit.MILLISECONDS.sleep(10);
                }
                out.write(piece, 0, length);
                out.flush();
            }
        } catch (IOException | InterruptedException gone) {
            // both sides see it
        }
    }

    @Override
    public String toString() {
        return "a proxy";
    }

    @Override
    public void close() throws IOException {
        server.close();
        cut = false;
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
