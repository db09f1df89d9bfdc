// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.nio.channels.SocketChannel;

/** The socket options that the JDK's module {@code jdk.net} brings, which an image of the JDK may be without. */
final class ExtendedOptions {

    private ExtendedOptions() {}

    /** By name, as its class may be missing. */
    static boolean has(SocketChannel channel, String name) {
        return channel.supportedOptions().stream()
                .anyMatch(option -> option.name().equals(name));
    }
}
