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
 * Hands a task over to a child, in a file in the parent's {@link RunDirectory}. The parent writes the file before it
 * starts the child, and the child reads and deletes it. A JVM that waits finds a small task in its {@link StandbySlot}.
 *
 * <p>The bytes are a {@link PlainCall} if possible, and Java serialization otherwise. They pass from a parent to the
 * child that it starts, through a file that only their user can access. The child refuses a file or a directory that
 * somebody else could have put there. A filter bounds the bytes nevertheless: no array, graph or stream can be larger
 * than the file allows. So a damaged file causes an exception, and does not fill the memory of the child.
 */
final class TaskFile {

    private static final int BUFFER_BYTES = 1 << 16;

    private TaskFile() {}

    static Path write(Task task) throws IOException {
        return write(task, TaskPaths.next(task.daemon() ? RunDirectory.TASK : RunDirectory.DETACHED));
    }

    static Path write(Task task, Path file) throws IOException {
        RunDirectory.createFile(file);
        try (OutputStream out = new BufferedOutputStream(new FileOutputStream(file.toFile()), BUFFER_BYTES)) {
            write(task, out);
            return file;
        } catch (Throwable failed) {
            Files.deleteIfExists(file);
            throw failed;
        }
    }

    /**
     * The bytes of the task, if they are no more than {@code limit}. Otherwise null, and the task is written to the
     * file, which must not exist before.
     */
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
        try (DataOutputStream out = new DataOutputStream(stream)) {
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
     * Reads the child that {@link #write} wrote, and sets its identity before user code of the task can ask for it. The
     * task is deleted, unless it cannot be read. In that case the parent deletes it, and so sees that its child could
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

    /** The same for a task that {@link #encode} returned. */
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
