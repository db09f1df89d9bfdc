// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.manager;

import io.ipcq.benchmarks.Messages;
import io.ipcq.benchmarks.Python;
import io.ipcq.connection.Connection;
import io.ipcq.connection.Pipe;
import io.ipcq.process.ChildProcess;
import java.io.EOFException;
import java.util.Arrays;

/** A message through a pipe to another process and back, one at a time: the median in microseconds. */
final class PipeRoundTrip {

    private static final int WARM_UP = 100_000;
    private static final int MEASURED = 100_000;

    private PipeRoundTrip() {}

    static double ours() throws Exception {
        try (Pipe pipe = Pipe.create();
                ChildProcess child = new ChildProcess(PipeRoundTrip::echo, pipe.second())) {
            child.start();
            micros(pipe.first(), WARM_UP);
            return micros(pipe.first(), MEASURED);
        }
    }

    static double python() throws Exception {
        return Python.figure(PipeRoundTrip.class, "pipes.py", Messages.BYTES, WARM_UP, MEASURED);
    }

    private static double micros(Connection end, int times) throws Exception {
        byte[] message = new byte[Messages.BYTES];
        long[] nanos = new long[times];
        for (int i = 0; i < times; i++) {
            long began = System.nanoTime();
            end.sendBytes(message);
            end.recvBytes();
            nanos[i] = System.nanoTime() - began;
        }
        Arrays.sort(nanos);
        return nanos[times / 2] / 1e3;
    }

    private static void echo(Connection end) throws Exception {
        try {
            while (true) {
                end.sendBytes(end.recvBytes());
            }
        } catch (EOFException over) {
            // the other end was closed
        }
    }
}
