// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import io.ipcq.Log;
import java.io.IOException;
import java.net.BindException;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The way in which an end of a pipe finds the other end. Thread-safe. */
final class PipeMeeting {
    /*
     * Idea. Nobody knows beforehand which processes the ends come to, nor in which order. So they meet in the directory
     * of the pipe, by a name that only one of them can make:
     *
     *   <directory>/            0700 (SocketDirectories)
     *     s0, s1                where end 0, or 1, listens if it is the first
     *     first -> s0 | s1      made by whoever came first, once it listens; who finds it there connects
     *
     * The first takes one connection only: it removes the directory, and then says so with an empty message. So an end
     * that was passed to two processes is at one of them: the other finds that its own end is the first, or no
     * directory, or gets no such message.
     *
     * Crash. The second dies: by then it is connected, or it never came. The first dies while it waits: the second is
     * refused, is at its end, and removes the directory. The process that made the pipe dies: what has not arrived
     * may never do, so the first gives up, and removes the directory.
     */

    private static final Duration LOOK_AROUND = Duration.ofMillis(250);
    private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

    /**
     * Only processes of this user can come here, and one that is stopped is not dead: no time limit but for connecting.
     */
    private static final ConnectionOptions OPTIONS = new ConnectionOptions(
            Integer.MAX_VALUE, Limits.CONNECT, FOR_EVER, FOR_EVER, FOR_EVER, false, false, false, Optional.empty());

    private static final ListenerOptions LISTENING = new ListenerOptions(OPTIONS, Limits.PENDING_CONNECTIONS, false);

    private final PipeHandle.Place place;
    private final int number;

    private @Nullable Listener listener;
    private boolean cancelled;

    PipeMeeting(PipeHandle handle) {
        this.place = handle.place();
        this.number = handle.number();
    }

    /**
     * Waits for the other end; empty if it will not come.
     *
     * @param first is run when this end is the first, and begins to wait
     * @throws SocketException if this end belongs to another process
     */
    Optional<Connection> meet(Runnable first) throws IOException, InterruptedException {
        if (whoIsFirst() == null) {
            try (Listener mine = Listener.bind(UnixSocketFile.at(socket(number)), place.key(), LISTENING)) {
                if (makeFirst()) {
                    first.run();
                    return await(mine);
                }
            } catch (BindException | NoSuchFileException taken) {
                if (isGone() || Files.exists(socket(number).getPath(), LinkOption.NOFOLLOW_LINKS)) {
                    throw notMine(taken);
                }
                throw taken;
            }
        }
        if (socket(number).getPath().getFileName().equals(whoIsFirst())) {
            throw notMine(null);
        }
        return connect();
    }

    private SocketException notMine(@Nullable IOException cause) {
        SocketException failure = new SocketException("this end of the pipe cannot be used here: it belongs to another"
                + " process already, as each end can be passed to one process only, or the pipe was closed; pipe="
                + place.directory() + ", end=" + number);
        failure.initCause(cause);
        return failure;
    }

    private @Nullable Path whoIsFirst() throws IOException {
        try {
            return Files.readSymbolicLink(file("first"));
        } catch (NoSuchFileException nobody) {
            if (isGone()) {
                throw notMine(nobody);
            }
            return null;
        }
    }

    private boolean isGone() {
        return Files.notExists(place.directory(), LinkOption.NOFOLLOW_LINKS);
    }

    private boolean makeFirst() throws IOException {
        try {
            Files.createSymbolicLink(file("first"), Path.of("s" + number));
            return true;
        } catch (FileAlreadyExistsException other) {
            return false;
        } catch (NoSuchFileException gone) {
            throw notMine(gone);
        }
    }

    private Optional<Connection> await(Listener mine) throws IOException, InterruptedException {
        synchronized (this) {
            if (cancelled) {
                return Optional.empty();
            }
            listener = mine;
        }
        try {
            while (true) {
                boolean hopeful = place.isCreatorAlive();
                Optional<Connection> other = mine.accept(LOOK_AROUND);
                if (other.isPresent() || !hopeful) {
                    return confirmed(other);
                }
            }
        } catch (SocketException e) {
            synchronized (this) {
                if (cancelled) {
                    return Optional.empty();
                }
            }
            throw e;
        }
    }

    /** Whatever fails here, the second is told, or its connection ends: it waits for one of them. */
    private Optional<Connection> confirmed(Optional<Connection> other) {
        boolean told = false;
        try {
            removeDirectory();
            if (other.isPresent()) {
                confirm(other.get());
            }
            told = true;
            return other;
        } finally {
            if (!told) {
                other.ifPresent(Connection::close);
            }
        }
    }

    private static void confirm(Connection other) {
        try {
            other.sendBytes(new byte[0]);
        } catch (IOException dead) {
            // as whoever sends or receives will find out
        }
    }

    private Optional<Connection> connect() throws SocketException, InterruptedException {
        try {
            return confirmedBy(Connector.connect(socket(1 - number), place.key(), OPTIONS));
        } catch (IOException refused) {
            if (isGone()) {
                throw notMine(refused);
            }
            removeDirectory();
            return Optional.empty();
        }
    }

    private static Optional<Connection> confirmedBy(Connection first) throws IOException, InterruptedException {
        boolean confirmed = false;
        try {
            Optional<Connection> other = Optional.of(first);
            confirmed = first.recvBytes().length == 0;
            if (!confirmed) {
                throw new IOException("the first did not confirm");
            }
            return other;
        } finally {
            if (!confirmed) {
                first.close();
            }
        }
    }

    /** Ends the wait of the first. The second one is about to meet the first, and does. */
    void cancel() {
        Listener waiting;
        synchronized (this) {
            cancelled = true;
            waiting = listener;
        }
        try (waiting) {
            // only to be closed
        } catch (IOException e) {
            Log.of(Listener.class).debug("closing the listener of a pipe failed", e);
        }
    }

    private UnixDomainSocketAddress socket(int end) {
        return UnixDomainSocketAddress.of(file("s" + end));
    }

    UnixDomainSocketAddress otherSocket() {
        return socket(1 - number);
    }

    private Path file(String name) {
        return place.directory().resolve(name);
    }

    private void removeDirectory() {
        SocketDirectories.remove(place.directory());
    }
}
