// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.start;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** From {@code os.fork()} in a stock python3 to the first line of its child: the median, in milliseconds. */
final class PythonFork {

    private static final String PROGRAM = """
            import os, time
            millis = []
            for i in range(50):
                out, into = os.pipe()
                start = time.monotonic_ns()
                if os.fork() == 0:
                    os.write(into, str(time.monotonic_ns()).encode())
                    os._exit(0)
                millis.append((int(os.read(out, 99)) - start) / 1e6)
                os.wait()
                os.close(out)
                os.close(into)
            print(sorted(millis)[25])
            """;

    private PythonFork() {}

    static boolean isThere() throws InterruptedException {
        try {
            return new ProcessBuilder("python3", "-c", "")
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException notFound) {
            return false;
        }
    }

    static double fork() throws Exception {
        Process python = new ProcessBuilder("python3", "-c", PROGRAM)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String printed = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (python.waitFor() != 0) {
            throw new IllegalStateException("python3 failed: exit code " + python.exitValue());
        }
        return Double.parseDouble(printed.strip());
    }
}
