// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.process.CurrentProcess.Birth;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The hand-over of a task to a child: a file in the parent's {@link RunDirectory}, written before the child is started,
 * read and deleted by it.
 *
 * <p>The bytes are Java serialization. They pass from a parent to the child that it starts, through a file that only
 * their user can reach, and nothing else is ever read so. A filter bounds them all the same: no array, graph or stream
 * can be larger than the file allows, so damage ends in an exception and not in the memory of the child.
 */
final class TaskFile {

    private static final AtomicLong NUMBERS = new AtomicLong();
    private static final int BUFFER_BYTES = 1 << 16;

    private TaskFile() {}

    static Path write(ChildProcess child) throws IOException {
        String suffix = child.isDaemon() ? RunDirectory.TASK : RunDirectory.DETACHED;
        Path file = RunDirectory.createFile(RunDirectory.current().resolve(NUMBERS.incrementAndGet() + suffix));
        try (ObjectOutputStream out =
                new ObjectOutputStream(new BufferedOutputStream(new FileOutputStream(file.toFile()), BUFFER_BYTES))) {
            CurrentProcess parent = CurrentProcess.current();
            out.writeUTF(parent.name());
            out.writeLong(parent.pid());
            out.writeUTF(child.name());
            out.writeUTF(child.family());
            TravelTrace.writeObject(out, child);
            return file;
        } catch (Throwable failed) {
            Files.deleteIfExists(file);
            throw failed;
        }
    }

    /** Reads the child that {@link #write} wrote, and says who it is before user code of the task can ask. */
    static ChildProcess read(Path file, boolean daemon, ParentLink link) throws IOException, ClassNotFoundException {
        try (ObjectInputStream in =
                new ObjectInputStream(new BufferedInputStream(new FileInputStream(file.toFile()), BUFFER_BYTES))) {
            in.setObjectInputFilter(new TravelLimits(Files.size(file)));
            ParentProcess parent = new ParentProcess(in.readUTF(), in.readLong(), link);
            CurrentProcess.bornAs(new Birth(in.readUTF(), in.readUTF(), daemon, parent));
            return (ChildProcess) in.readObject();
        } finally {
            delete(file);
        }
    }

    /** Deletes the task and what belongs to it. */
    static void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
        Files.deleteIfExists(argumentsOf(file));
    }

    /** For the parent, which deletes what a child left. Where that fails, the whole directory is removed later. */
    static void deleteQuietly(Path file) {
        try {
            delete(file);
        } catch (IOException stays) {
            // nobody can do more about it here
        }
    }

    /** The argument file that goes with a task. */
    static Path argumentsOf(Path file) {
        String name = file.getFileName().toString();
        return file.resolveSibling(name.substring(0, name.lastIndexOf('.')) + RunDirectory.ARGUMENTS);
    }
}
