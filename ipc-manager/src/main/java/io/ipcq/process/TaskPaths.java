// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/** Names and deletes the files of a task in the {@link RunDirectory}. */
final class TaskPaths {

    private static final AtomicLong NUMBERS = new AtomicLong();

    private TaskPaths() {}

    /** A name in the run directory that no other file has. */
    static Path next(String suffix) throws IOException {
        return RunDirectory.current().resolve(NUMBERS.incrementAndGet() + suffix);
    }

    /** A file that goes with a task, or with the slot for one. */
    static Path besides(Path file, String suffix) {
        String name = file.getFileName().toString();
        return file.resolveSibling(name.substring(0, name.lastIndexOf('.')) + suffix);
    }

    /** The argument file that goes with a task. */
    static Path argumentsOf(Path file) {
        return besides(file, RunDirectory.ARGUMENTS);
    }

    /** Deletes the task and the files that belong to it. */
    static void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
        Files.deleteIfExists(argumentsOf(file));
    }

    /** For the parent: deletes the files that a child left. If that fails, the whole directory is removed later. */
    static void deleteQuietly(Path file) {
        try {
            delete(file);
        } catch (IOException stays) {
            // nobody can do more about it here
        }
    }
}
