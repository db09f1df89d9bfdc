// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import io.ipcq.memory.AtExit;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Two connected ends, each for one process: Python's {@code multiprocessing.Pipe()}.
 *
 * <pre>{@code
 * try (Pipe pipe = Pipe.create();
 *         ChildProcess child = new ChildProcess(Echo::run, pipe.second())) {
 *     child.start();
 *     pipe.first().send(Codec.utf8(), "hello");
 *     String answer = pipe.first().recv(Codec.utf8());
 * }
 * }</pre>
 *
 * <p><b>Ends.</b> An end belongs to the process that uses it first, or to the one that it was passed to, as an argument
 * of a child process or of a pool's task. It cannot be passed on from there. So a parent and a child, or two children,
 * can have one end each. An end that was passed to two processes belongs to the one where it arrives first. The other
 * process gets an exception when the end arrives. An end that was passed on cannot be used here any longer, and closing
 * it here does nothing.
 *
 * <p><b>Before they meet.</b> Messages that are sent before the other end has arrived in its process wait in this
 * process, up to 64 KiB; a call that sends more waits. They are delivered even if the end is closed in the meantime, as
 * long as this process lives. So the two processes have to be alive at the same time. Receiving waits for the other
 * end, too.
 *
 * <p><b>How it ends.</b> When an end is closed, or its process ends in any way, the other end gets what was sent
 * before, then {@link java.io.EOFException}; sending fails. Ends that have not arrived anywhere when the pipe is
 * closed, or when the process that made it ends, cannot be used any more. A child that brings one too late gets an
 * exception, and a process that waits for one gets the end. Close the pipe if a child that it was made for could not
 * start.
 *
 * <p>Unlike other connections, a pipe has no time limits but those of {@link Connection#poll}. Sending waits for as
 * long as the other process lives and does not read. Messages may be as large as an array can be.
 *
 * <p>Thread-safe, as are both ends. Process-safe: each end has one process. The two meet at a Unix-domain socket in a
 * directory that only this user may enter, prove a random key to each other, and remove the directory. The serialized
 * form of an end contains that key; it is for the private way from a parent to its children. Survives a crash: the
 * other end; the directory of two ends that never met stays behind if the process that made them is killed and nobody
 * waits there, until the next process of this user that makes a pipe, or a manager, sweeps it.
 */
public final class Pipe implements AutoCloseable {

    /** The directories of pipes that are not closed; what is left of them is removed when this process ends. */
    private static final AtExit<Path> OPEN = new AtExit<>("ipcq-pipe-directories", SocketDirectories::remove);

    private final Path directory;
    private final PipeEnd first;
    private final PipeEnd second;

    private Pipe(PipeEnd.Direction direction) throws IOException {
        PipeHandle.Place place = PipeHandle.Place.create();
        directory = place.directory();
        OPEN.add(directory);
        first = new PipeEnd(new PipeHandle(place, 0, direction));
        second = new PipeEnd(new PipeHandle(place, 1, direction.opposite()));
    }

    /** A pipe whose ends both send and receive. */
    public static Pipe create() throws IOException {
        return new Pipe(PipeEnd.Direction.BOTH);
    }

    /** A pipe whose first end only receives and whose second one only sends, as {@code Pipe(duplex=False)}. */
    public static Pipe oneWay() throws IOException {
        return new Pipe(PipeEnd.Direction.RECEIVES);
    }

    /** The first end; of a {@linkplain #oneWay one-way} pipe the one that receives. */
    public Connection first() {
        return first;
    }

    /** The second end; of a {@linkplain #oneWay one-way} pipe the one that sends. */
    public Connection second() {
        return second;
    }

    /**
     * Closes the ends that are used in this process, and those that have not arrived in another one; messages to these
     * are lost. An end that another process has works until that process closes it. May be called again.
     */
    @Override
    public void close() {
        first.abandon();
        second.abandon();
        first.awaitAbandoned();
        second.awaitAbandoned();
        OPEN.remove(directory);
        SocketDirectories.removeUnused();
    }

    @Override
    public String toString() {
        return "Pipe[" + first + ", " + second + "]";
    }
}
