// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.manager;

import io.ipcq.benchmarks.Messages;
import io.ipcq.benchmarks.Python;
import io.ipcq.benchmarks.Scratch;
import io.ipcq.benchmarks.flow.Gauge;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The peer: {@code multiprocessing.Manager().Queue()} of the python3 on the path, each client a thread with its
 * connection. Its TCP sockets get {@code TCP_NODELAY} here, as ours have, which Python does not set.
 */
final class PythonManager {

    private PythonManager() {}

    /** Clients that put and get until they are killed, and count that in a gauge. */
    static Process start(Scratch scratch, Path gauge, Socket socket, int clients) throws IOException {
        return Python.start(
                PythonManager.class,
                "managers.py",
                scratch,
                socket,
                clients,
                Messages.BYTES,
                gauge,
                Gauge.FIRST,
                Gauge.SPACING);
    }
}
