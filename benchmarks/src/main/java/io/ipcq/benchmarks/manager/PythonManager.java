// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.manager;

import java.io.File;
import java.nio.charset.StandardCharsets;

/**
 * The peer: {@code multiprocessing.Manager().Queue()} of the python3 on the path, each client a thread with its
 * connection. Its TCP sockets get {@code TCP_NODELAY} here, as ours have, which Python does not set.
 */
final class PythonManager {

    private static final String PROGRAM = """
            import multiprocessing.connection, multiprocessing.managers, socket, sys, threading, time
            def at_once(connect):
                def connected(*arguments):
                    connection = connect(*arguments)
                    with socket.socket(fileno=connection.fileno()) as raw:
                        if raw.family == socket.AF_INET:
                            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                        raw.detach()
                    return connection
                return connected
            wire = multiprocessing.connection
            wire.SocketClient = at_once(wire.SocketClient)
            wire.SocketListener.accept = at_once(wire.SocketListener.accept)
            def loop(queue, times):
                message = b'x' * 100
                for i in range(times):
                    queue.put(message)
                    queue.get()
            def run(queues, times):
                threads = [threading.Thread(target=loop, args=(q, times // len(queues))) for q in queues]
                for t in threads: t.start()
                for t in threads: t.join()
            if __name__ == '__main__':
                clients, times = int(sys.argv[1]), 20000
                manager = multiprocessing.managers.SyncManager(('127.0.0.1', 0) if sys.argv[2] == 'TCP' else None)
                manager.start()
                with manager:
                    queues = [manager.Queue() for i in range(clients)]
                    run(queues, times // 4)
                    start = time.perf_counter()
                    run(queues, times)
                    print(2 * times / (time.perf_counter() - start))
            """;

    private PythonManager() {}

    /** Puts and gets a second, of all clients together. */
    static double calls(Socket socket, int clients) throws Exception {
        Process process = new ProcessBuilder("python3", "-c", PROGRAM, Integer.toString(clients), socket.name())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectInput(new File("/dev/null"))
                .start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException("python3 failed: exitCode=" + process.exitValue());
            }
            return Double.parseDouble(output.strip());
        } finally {
            process.destroyForcibly();
        }
    }
}
