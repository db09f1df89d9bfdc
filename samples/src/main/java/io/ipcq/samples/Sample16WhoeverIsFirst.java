// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import io.ipcq.Awaitable;
import io.ipcq.connection.Connection;
import io.ipcq.connection.Pipe;
import io.ipcq.connection.Wait;
import io.ipcq.process.ChildProcess;
import io.ipcq.queue.SharedQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Question: how does one thread wait for a process, a pipe and a queue at once?
 *
 * <p>One call returns what is ready, and takes nothing: a queue has an element, a pipe a message, a child has ended.
 * The child waits for a word between its steps, so the order of the lines is always the same.
 *
 * <p>Command: {@code ./ipcq demo first}
 *
 * <p>Expected output:
 *
 * <pre>
 * the queue has: a letter
 * the pipe has: 5 bytes
 * the child has ended, with exit code 0
 * </pre>
 */
public final class Sample16WhoeverIsFirst {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Sample16WhoeverIsFirst() {}

    public static void main(String[] args) throws Exception {
        try (SharedQueue<String> letters = SharedQueue.create(String.class);
                Pipe pipe = Pipe.create();
                ChildProcess child = new ChildProcess(Sample16WhoeverIsFirst::work, letters, pipe.second())) {
            child.start();
            List<Awaitable> waited = new ArrayList<>(List.of(letters, pipe.first(), child));
            while (!waited.isEmpty()) {
                Awaitable first = Wait.any(PATIENCE, waited).get(0);
                waited.remove(first);
                tell(first);
                if (child.isAlive()) {
                    pipe.first().sendBytes(new byte[1]); // go on
                }
            }
        }
    }

    private static void tell(Awaitable ready) throws Exception {
        if (ready instanceof SharedQueue<?> queue) {
            System.out.println("the queue has: " + queue.getNow());
        } else if (ready instanceof Connection pipe) {
            System.out.println("the pipe has: " + pipe.recvBytes().length + " bytes");
        } else if (ready instanceof ChildProcess child) {
            child.joinOrThrow();
            System.out.println(
                    "the child has ended, with exit code " + child.exitCode().getAsInt());
        }
    }

    static void work(SharedQueue<String> letters, Connection pipe) throws Exception {
        letters.put("a letter");
        pipe.recvBytes();
        pipe.sendBytes(new byte[5]);
        pipe.recvBytes();
    }
}
