// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A poor network in front of a broker: each piece of data comes late, or, while it is cut, never. Thread-safe. */
final class SlowProxy implements AutoCloseable {

    private static final int PIECE = 1 << 14;

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

    int port() {
        return server.getLocalPort();
    }

    void leadTo(int port) {
        target = port;
    }

    void delay(long millis) {
        delayMillis = millis;
    }

    /** Nothing comes through any more, and nobody is told; connections stay. */
    void cut(boolean cut) {
        this.cut = cut;
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
    public void close() throws IOException {
        server.close();
        cut = false;
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
