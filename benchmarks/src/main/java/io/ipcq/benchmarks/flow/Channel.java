// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.flow;

import io.ipcq.benchmarks.Scratch;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A way to get messages from one process to another: ours or a peer's, used as its manual shows it. It is the same for
 * all processes that use it at one place. What travels to them is the constant of an enum.
 */
public interface Channel {

    /** Sends a message, or as many as the channel sends at once; waits while there is no room. */
    @FunctionalInterface
    interface Sender {
        void send(byte[] message) throws Exception;
    }

    /** What is done with each message. */
    @FunctionalInterface
    interface Handler {
        void handle(byte[] message);
    }

    /** Waits until there is at least one message; hands over one or, where the channel does it so, several. */
    @FunctionalInterface
    interface Receiver {
        void receive(Handler handler) throws Exception;
    }

    /** Makes it, in a process that does nothing else; it is there until what is returned is closed. */
    AutoCloseable create(Path place) throws IOException;

    Sender sender(Path place) throws IOException;

    Receiver receiver(Path place) throws IOException;

    /** Where it may lie: in memory, where the system has a place for that. */
    default Scratch scratch() throws IOException {
        return new Scratch();
    }
}
