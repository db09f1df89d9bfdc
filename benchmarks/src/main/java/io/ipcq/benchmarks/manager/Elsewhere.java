// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.manager;

import io.ipcq.connection.Connection;
import io.ipcq.connection.PeerCredentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;

/** A connection that does not say that the manager is on this machine, so that elements pass through it. */
record Elsewhere(Connection connection) implements Connection {

    @Override
    public SocketAddress remoteAddress() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    }

    @Override
    public void sendBytes(byte[] bytes, int offset, int length) throws IOException {
        connection.sendBytes(bytes, offset, length);
    }

    @Override
    public byte[] recvBytes() throws IOException, InterruptedException {
        return connection.recvBytes();
    }

    @Override
    public boolean poll(Duration timeout) throws IOException, InterruptedException {
        return connection.poll(timeout);
    }

    @Override
    public Optional<PeerCredentials> peer() {
        return connection.peer();
    }

    @Override
    public boolean isOpen() {
        return connection.isOpen();
    }

    @Override
    public void close() {
        connection.close();
    }
}
