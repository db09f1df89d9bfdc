// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import io.ipcq.brokers.Brokers;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Between a broker and its clients: what they say comes late or, while it is cut, never. */
interface PoorNetwork extends AutoCloseable {

    /** By the kernel, where it can do that and lets this user; else by a proxy. Prints which. */
    static PoorNetwork open() throws IOException {
        return open(List.of("tc"));
    }

    /** @param tc the command that tells the kernel, with which its arguments begin */
    static PoorNetwork open(List<String> tc) throws IOException {
        Optional<Netem> kernel = Netem.open(tc);
        PoorNetwork network = kernel.isPresent() ? kernel.get() : new SlowProxy();
        System.out.println("poor network: by " + network);
        return network;
    }

    /** A broker that its clients reach through this alone; whoever starts it closes it, and before this. */
    Brokers startBroker() throws IOException;

    /** The address of a queue there, through this. */
    URI queue(String name);

    /** Each piece of data comes late; where pieces can be lost, some are. */
    void slow() throws IOException;

    /** Nothing comes through any more, and nobody is told; connections stay. */
    void cut() throws IOException;

    /** All is as before. */
    void heal() throws IOException;

    @Override
    void close() throws IOException;
}
