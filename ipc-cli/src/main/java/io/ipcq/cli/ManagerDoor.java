// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.manager.Manager;
import io.ipcq.observe.ProcessSight;
import io.ipcq.observe.Quantity;
import io.ipcq.observe.SocketSight;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * A manager as it is named on a command line, and the connection to it, which is made again when it was lost. One
 * thread asks; any thread may close.
 */
final class ManagerDoor implements AutoCloseable {

    /** As long as a stranger has to prove the key. One that works answers in a thousandth of that. */
    static final Duration TIMEOUT = Duration.ofSeconds(5);

    private static final Duration SHORTEST = Duration.ofMillis(1);

    private final String address;
    private final SocketAddress socket;
    private final Path keyFile;
    private final Duration timeout;
    private volatile @Nullable Manager manager; // who asks makes it, and who closes may be another one

    /** @param timeout how long it may take to be reached, and then to answer each question */
    ManagerDoor(CommandSpec spec, String address, Path keyFile, Duration timeout) {
        this.address = address;
        this.socket = parse(spec, address);
        this.keyFile = keyFile;
        this.timeout = timeout;
    }

    /** The path of a socket, or {@code host:port}. */
    static SocketAddress parse(CommandSpec spec, String address) {
        int colon = address.lastIndexOf(':');
        if (colon < 0 || address.contains("/")) {
            return UnixDomainSocketAddress.of(Path.of(address).toAbsolutePath());
        }
        try {
            return new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(), "ADDRESS has to be a path or host:port: address=" + address);
        }
    }

    /** Reaches a manager, unless its process is seen to be stopped. */
    static Manager connect(SocketAddress socket, Path keyFile, Duration timeout)
            throws IOException, InterruptedException {
        AuthKey key = AuthKey.load(keyFile);
        requireNotStopped(socket);
        Duration patience = atLeastShortest(timeout);
        Connection connection;
        try {
            connection = Connection.builder(socket, key)
                    .connectTimeout(patience)
                    .handshakeTimeout(patience)
                    .writeTimeout(patience)
                    .connect();
        } catch (SocketTimeoutException silent) {
            throw new IllegalStateException(
                    "the manager did not answer in time: address=" + socket + ", timeout="
                            + Quantity.nanos(patience.toNanos())
                            + "; its process is stopped, hangs, or is not to be reached",
                    silent);
        }
        return Manager.connect(connection, patience);
    }

    /** No time is too short for an answer that is there at once. */
    static Duration atLeastShortest(Duration timeout) {
        return timeout.compareTo(SHORTEST) < 0 ? SHORTEST : timeout;
    }

    /** Throws if the process that listens there is seen to be stopped: nobody else would answer. */
    static void requireNotStopped(SocketAddress socket) {
        ProcessSight stopped = stoppedAt(socket);
        if (stopped != null) {
            throw new IllegalStateException(ManagerSight.whyStopped(stopped));
        }
    }

    /** The process that listens there, if it is stopped: to ask it would be in vain. */
    private static @Nullable ProcessSight stoppedAt(SocketAddress socket) {
        ProcessSight process =
                socket instanceof UnixDomainSocketAddress unix ? SocketSight.listenerAt(unix.getPath()) : null;
        return process != null && process.isStopped() ? process : null;
    }

    String address() {
        return address;
    }

    /** That its process is stopped; null if that is not so, or not to be seen. Asks nobody. */
    @Nullable
    ManagerSight stopped() {
        ProcessSight stopped = stoppedAt(socket);
        return stopped == null ? null : ManagerSight.stopped(address, stopped);
    }

    ManagerSight look() throws InterruptedException {
        ManagerSight stopped = stopped();
        return stopped == null ? ask() : stopped;
    }

    /** Waits for the answer, but no longer than the timeout. */
    ManagerSight ask() throws InterruptedException {
        try {
            Manager connected = manager;
            if (connected == null) {
                connected = connect(socket, keyFile, timeout);
                manager = connected;
            }
            return ManagerSight.of(address, connected);
        } catch (IOException | RuntimeException | Error silent) { // or nobody would ask any more
            close();
            return ManagerSight.silent(address, silent);
        }
    }

    @Override
    public void close() {
        Manager connected;
        synchronized (this) {
            connected = manager;
            manager = null;
        }
        if (connected != null) {
            connected.close(); // who waits for its answer is told
        }
    }
}
