// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The exception that a child threw, on its way to the parent. It is in a file beside the child's task. The child writes
 * the file at its end, and the parent takes it when the child has ended. An exception that cannot be serialized is not
 * sent, and does not delay the end of the child. Its text is on the child's standard error.
 */
final class ThrownFile {

    /** The limit, larger than any stack trace. A child that fails must not fill its parent's memory. */
    private static final int MAX_BYTES = 1 << 20;

    private static final long GRACE_MILLIS = 10_000;

    private ThrownFile() {}

    /**
     * For the child: writes the file. {@code given} is the file of its task, or of the slot in which it was given one.
     */
    static void write(Path given, Throwable thrown) {
        write(given, thrown, GRACE_MILLIS);
    }

    static void write(Path given, Throwable thrown, long graceMillis) {
        try {
            // in a thread of its own, because writing calls code of the program, which may wait for ever
            Thread writing = new Thread(() -> tryWrite(given, thrown), "ipcq-thrown");
            writing.setDaemon(true);
            writing.start();
            writing.join(graceMillis);
        } catch (Throwable doesNotTravel) {
            // the exception was printed
        }
    }

    private static void tryWrite(Path given, Throwable thrown) {
        try {
            Bounded bytes = new Bounded();
            try (TravelOutput out = new TravelOutput(bytes)) {
                out.writeObject(thrown);
            }
            Files.write(
                    RunDirectory.createFile(TaskPaths.besides(given, RunDirectory.THROWN)), bytes.kept.toByteArray());
        } catch (Throwable doesNotTravel) {
            // as above
        }
    }

    /** Refuses an object that is too large before it has filled the heap. */
    private static final class Bounded extends OutputStream {

        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

        @Override
        public void write(int value) throws IOException {
            requireRoom(1);
            kept.write(value);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            requireRoom(count);
            kept.write(bytes, from, count);
        }

        private void requireRoom(int more) throws IOException {
            if (kept.size() + (long) more > MAX_BYTES) {
                throw new IOException("what was thrown is too large: maxBytes=" + MAX_BYTES);
            }
        }
    }

    /** For the parent: reads and deletes the file. Null if there is none. */
    static byte @Nullable [] take(Path task) {
        Path file = TaskPaths.besides(task, RunDirectory.THROWN);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        try (InputStream in = new BufferedInputStream(RunDirectory.open(file))) {
            return in.readNBytes(MAX_BYTES);
        } catch (IOException | RuntimeException unreadable) {
            return null;
        } finally {
            TaskPaths.deleteQuietly(file);
        }
    }

    /** The exception; null if it cannot be rebuilt here. {@code program} knows the classes of the child's function. */
    static @Nullable Throwable read(byte[] bytes, ClassLoader program) {
        try (ObjectInputStream in = new Input(bytes, program)) {
            return (Throwable) in.readObject();
        } catch (Exception | LinkageError | StackOverflowError unknownHere) {
            return null;
        }
    }

    private static final class Input extends ObjectInputStream {

        private final ClassLoader program;

        Input(byte[] bytes, ClassLoader program) throws IOException {
            super(new ByteArrayInputStream(bytes));
            this.program = program;
            setObjectInputFilter(new TravelLimits(bytes.length, Throwable.class));
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass description) throws IOException, ClassNotFoundException {
            try {
                return super.resolveClass(description);
            } catch (ClassNotFoundException notHere) {
                return Class.forName(description.getName(), false, program);
            }
        }
    }
}
