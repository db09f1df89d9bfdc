// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.process.CurrentProcess.Birth;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The hand-over of a task to a child: a file in the parent's {@link RunDirectory}, written before the child is started,
 * read and deleted by it. A JVM that waits finds a task that is small in its {@link StandbySlot}.
 *
 * <p>The bytes are a {@link PlainCall} where the task is one, and Java serialization else. They pass from a parent to
 * the child that it starts, through a file that only their user can reach, and nothing else is ever read so: the child
 * refuses a file or a directory that somebody else could have put there. A filter bounds them all the same: no array,
 * graph or stream can be larger than the file allows, so damage ends in an exception and not in the memory of the
 * child.
 */
final class TaskFile {

    private static final int BUFFER_BYTES = 1 << 16;

    private TaskFile() {}

    static Path write(Task task) throws IOException {
        return write(task, TaskPaths.next(task.daemon() ? RunDirectory.TASK : RunDirectory.DETACHED));
    }

    static Path write(Task task, Path file) throws IOException {
        RunDirectory.createFile(file);
        try (OutputStream out = new FileOutputStream(file.toFile())) {
            write(task, out);
            return file;
        } catch (Throwable failed) {
            Files.deleteIfExists(file);
            throw failed;
        }
    }

    /** The task, if it has no more bytes than {@code limit}; else null, and it is in the file, which was not there. */
    static byte @Nullable [] encode(Task task, int limit, Path file) throws IOException {
        SpillingOutput out = new SpillingOutput(limit, file);
        try (out) {
            write(task, out);
            return out.inMemory();
        } catch (Throwable failed) {
            TaskPaths.deleteQuietly(file);
            throw failed;
        }
    }

    private static void write(Task task, OutputStream stream) throws IOException {
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(stream, BUFFER_BYTES))) {
            CurrentProcess parent = CurrentProcess.current();
            out.writeUTF(parent.name());
            out.writeLong(parent.pid());
            out.writeUTF(task.name());
            out.writeUTF(task.family());
            LogReceiver logs = task.logs();
            out.writeUTF(logs == null ? "" : logs.level().name());
            out.writeUTF(logs == null ? "" : logs.link());
            byte[] plain = task.plain();
            out.writeBoolean(plain != null);
            if (plain != null) {
                out.write(plain);
            } else {
                ObjectOutputStream objects = new TravelOutput(out);
                task.serialize(objects);
                objects.flush();
            }
        }
    }

    /**
     * Reads the child that {@link #write} wrote, and says who it is before user code of the task can ask. The task is
     * deleted, unless it cannot be read: so the parent, which is there and deletes it then, sees that its child could
     * not begin.
     *
     * @param link null for a child that is a thread of its parent's JVM
     */
    static ChildProcess read(Path file, boolean daemon, @Nullable ParentLink link)
            throws IOException, ClassNotFoundException {
        boolean isRead = false;
        try (InputStream in = new BufferedInputStream(RunDirectory.open(file), BUFFER_BYTES)) {
            ChildProcess child = read(in, Files.size(file), daemon, link);
            isRead = true;
            return child;
        } finally {
            if (isRead || !daemon) {
                TaskPaths.delete(file);
            }
        }
    }

    /** The same of a task that {@link #encode} gave. */
    static ChildProcess read(byte[] task, boolean daemon, ParentLink link) throws IOException, ClassNotFoundException {
        return read(new ByteArrayInputStream(task), task.length, daemon, link);
    }

    private static ChildProcess read(InputStream from, long bytes, boolean daemon, @Nullable ParentLink link)
            throws IOException, ClassNotFoundException {
        DataInputStream in = new DataInputStream(from);
        ParentProcess parent = new ParentProcess(in.readUTF(), in.readLong(), link);
        String name = in.readUTF();
        String family = in.readUTF();
        String logLevel = in.readUTF();
        String logs = in.readUTF();
        if (!logs.isEmpty()) {
            ChildLogs.sendThrough(logs, System.Logger.Level.valueOf(logLevel));
        }
        Birth birth = new Birth(name, family, daemon, parent, new AtomicInteger());
        if (link == null) {
            CurrentProcess.bornAsThread(birth);
        } else {
            CurrentProcess.bornAs(birth);
        }
        boolean plain = in.readBoolean();
        return plain ? new ChildProcess(name, family, daemon, PlainCall.decode(in)) : readObject(in, bytes);
    }

    private static ChildProcess readObject(InputStream from, long bytes) throws IOException, ClassNotFoundException {
        ObjectInputStream in = new ObjectInputStream(from);
        in.setObjectInputFilter(new TravelLimits(bytes, ChildProcess.class));
        return (ChildProcess) in.readObject();
    }
}
