// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.connection.AuthKey;
import io.ipcq.manager.Manager;
import io.ipcq.observe.ProcessSight;
import io.ipcq.observe.SocketSight;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * A manager as it is named on a command line, and the connection to it, which is made again when it was lost. One
 * thread asks; any thread may close.
 */
final class ManagerDoor implements AutoCloseable {

    private final String address;
    private final SocketAddress socket;
    private final Path keyFile;
    private volatile @Nullable Manager manager; // who asks makes it, and who closes may be another one

    ManagerDoor(CommandSpec spec, String address, Path keyFile) {
        this.address = address;
        this.socket = parse(spec, address);
        this.keyFile = keyFile;
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

    /** The process that listens there, if it is stopped: to ask it would take half a minute, in vain. */
    static @Nullable ProcessSight stoppedAt(SocketAddress socket) {
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

    /** Waits for the answer, half a minute if there is none. */
    ManagerSight ask() throws InterruptedException {
        try {
            Manager connected = manager;
            if (connected == null) {
                connected = Manager.connect(socket, AuthKey.load(keyFile));
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
