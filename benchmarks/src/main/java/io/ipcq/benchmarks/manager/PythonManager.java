// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.manager;

import java.io.File;
import java.nio.charset.StandardCharsets;

/** The peer: {@code multiprocessing.Manager().Queue()} of the python3 on the path, each client a thread with its connection. */
final class PythonManager {

    private static final String PROGRAM = """
            import multiprocessing, sys, threading, time
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
                with multiprocessing.Manager() as manager:
                    queues = [manager.Queue() for i in range(clients)]
                    run(queues, times // 4)
                    start = time.perf_counter()
                    run(queues, times)
                    print(2 * times / (time.perf_counter() - start))
            """;

    private PythonManager() {}

    /** Puts and gets a second, of all clients together. */
    static double calls(int clients) throws Exception {
        Process process = new ProcessBuilder("python3", "-c", PROGRAM, Integer.toString(clients))
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
