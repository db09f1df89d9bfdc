// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.Log;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Receives the lines that a child prints, one by one, without their line ends. */
@FunctionalInterface
interface LineSink {

    void accept(byte[] line);

    /** The sink for a child's standard output. */
    static LineSink ofOutput(String child, Output output) {
        return output == Output.SLF4J ? text(logger(child)::info) : prefixed(child, () -> System.out);
    }

    /** The sink for a child's standard error. */
    static LineSink ofErrors(String child, Output output) {
        return output == Output.SLF4J ? text(logger(child)::warn) : prefixed(child, () -> System.err);
    }

    /** {@code to} is asked at each line, because a program may exchange {@link System#out} at any time. */
    static LineSink prefixed(String child, Supplier<PrintStream> to) {
        byte[] prefix = ("[" + child + "] ").getBytes(StandardCharsets.UTF_8);
        return line -> {
            PrintStream stream = to.get();
            synchronized (stream) {
                stream.write(prefix, 0, prefix.length);
                stream.writeBytes(line);
                stream.write('\n');
                stream.flush();
            }
        };
    }

    private static LineSink text(java.util.function.Consumer<String> log) {
        return line -> log.accept(new String(line, StandardCharsets.UTF_8));
    }

    private static Logger logger(String child) {
        Log.awaitSlf4j();
        return LoggerFactory.getLogger("io.ipcq.process." + child);
    }
}
