// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file system that a queue is on. */
final class Volume {

    private Volume() {}

    /** What this user can still write there; -1 if that is not said. */
    static long freeBytes(Path directory) {
        try {
            // one system call, where a FileStore reads the table of mounts; but it says 0 as well where it does not
            // know
            long free = directory.toFile().getUsableSpace();
            return free > 0 ? free : Files.getFileStore(directory).getUsableSpace();
        } catch (IOException | SecurityException e) {
            return -1;
        }
    }
}
