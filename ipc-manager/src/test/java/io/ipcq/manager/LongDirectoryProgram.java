// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.codec.Codec;
import io.ipcq.connection.Pipe;

/** Uses what needs sockets in a place of its own, where the directory for temporary files has a long name. */
final class LongDirectoryProgram {

    private LongDirectoryProgram() {}

    public static void main(String[] args) throws Exception {
        try (Pipe pipe = Pipe.create()) {
            pipe.first().send(Codec.utf8(), "piped");
            System.out.println(pipe.second().recv(Codec.utf8()));
        }
        try (Manager manager = Manager.start()) {
            System.out.println(manager.ping().isPresent() ? "managed" : "silent");
        }
    }
}
