// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import io.ipcq.memory.Deadline;
import java.io.EOFException;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.net.SocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** One end of a {@link Pipe}. */
final class PipeEnd implements Connection, Serializable {
    /*
     *              first use, or               it is            the other
     *               arrival                  the first           one came
     *   UNUSED --------------> ARRIVING --------------> WAITING ----------> MET
     *     |                       |  it is the second      |                 ^
     *     |                       +------------------------|-----------------+
     *     |                       +--> OVER <--------------+   the other one will not come, or this end is another's
     *     +--> PASSED_ON   when it was serialized
     *
     * Idea. A thread of its own meets the other end, so that sending does not wait for another process. Messages are
     * queued until then; whoever holds `sending` sends them before its own. Being unpacked in a child waits until the
     * end is known to be the first, or is connected: from then on, the kernel tells the other end when this process
     * dies.
     *
     * Closing. An end that has something queued, or is about to meet, is closed by that thread when it has done its
     * work.
     */

    /** Which way messages go at an end. */
    enum Direction {
        BOTH,
        RECEIVES,
        SENDS;

        Direction opposite() {
            return this == BOTH ? BOTH : this == SENDS ? RECEIVES : SENDS;
        }
    }

    private enum State {
        UNUSED,
        PASSED_ON,
        ARRIVING,
        WAITING,
        MET,
        OVER
    }

    /** How much may be sent before the ends meet, with the bytes that frames add. */
    static final int QUEUE_BYTES = 64 << 10;

    private static final String ENDED = "the other end of the pipe was closed, or its process has ended";

    private static final long ABANDONED_MILLIS = 5_000;

    private final PipeHandle handle;
    private final PipeMeeting meeting;

    private final ReentrantLock sending = new ReentrantLock();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // guarded by lock
    private State state = State.UNUSED;
    private boolean closed;
    private boolean flushed;
    private boolean ended;
    private int queuedBytes;
    private @Nullable Connection connection;
    private @Nullable IOException failure;
    private @Nullable Thread thread;

    /** Filled before the ends meet, and emptied afterwards, both by a thread that holds {@code sending}. */
    private final ArrayDeque<byte[]> queued = new ArrayDeque<>();

    PipeEnd(PipeHandle handle) {
        this.handle = handle;
        this.meeting = new PipeMeeting(handle);
    }

    // ---- messages ---------------------------------------------------------------------------------------------------

    @Override
    public void sendBytes(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (handle.direction() == Direction.RECEIVES) {
            throw new UnsupportedOperationException("this end of a one-way pipe only receives; send at the second one");
        }
        sending.lock();
        try {
            Connection met = queueOrMeet(bytes, offset, length);
            if (met != null) {
                flush(met);
                met.sendBytes(bytes, offset, length);
            }
        } finally {
            sending.unlock();
        }
    }

    /** Null if the message was queued. */
    private @Nullable Connection queueOrMeet(byte[] bytes, int offset, int length) throws IOException {
        long frame = (long) Integer.BYTES + length;
        lock.lock();
        try {
            arrive();
            while (isMeeting()) {
                if (queuedBytes + frame <= QUEUE_BYTES) {
                    queued.add(Arrays.copyOfRange(bytes, offset, offset + length));
                    queuedBytes += (int) frame;
                    return null;
                }
                changed.awaitUninterruptibly();
                requireOpen();
            }
            if (connection == null || ended) {
                throw failure == null ? new SocketException(ENDED) : failed(failure);
            }
            flushed |= queued.isEmpty(); // from now on closing need not wait for the one who is about to send
            return connection;
        } finally {
            lock.unlock();
        }
    }

    private boolean isMeeting() {
        return state == State.ARRIVING || state == State.WAITING;
    }

    /** A message that is lost by an error ends the connection: the other end is to miss nothing without knowing. */
    private void flush(Connection met) throws IOException {
        if (queued.isEmpty()) {
            return;
        }
        for (byte[] message = queued.poll(); message != null; message = queued.poll()) {
            try {
                met.sendBytes(message);
            } catch (RuntimeException | Error e) {
                met.close();
                throw e;
            }
        }
        isFlushed(met);
    }

    @Override
    public byte[] recvBytes() throws IOException, InterruptedException {
        Connection met = awaitMet(Deadline.NEVER);
        if (met == null) {
            IOException cause = whyOver();
            throw cause == null ? new EOFException(ENDED) : failed(cause);
        }
        try {
            return met.recvBytes();
        } catch (EOFException end) {
            isEnded();
            throw end;
        }
    }

    /** The other end's socket may take bytes for a moment longer, and lose them. */
    private void isEnded() {
        lock.lock();
        try {
            ended = true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean poll(Duration timeout) throws IOException, InterruptedException {
        long deadline = Deadline.in(timeout);
        Connection met = awaitMet(deadline);
        if (met == null) {
            return isOver();
        }
        return met.poll(Duration.ofNanos(Math.max(0, Deadline.remainingNanos(deadline))));
    }

    /** Null if the deadline has passed, or the other end will not come. */
    private @Nullable Connection awaitMet(long deadline) throws IOException, InterruptedException {
        if (handle.direction() == Direction.SENDS) {
            throw new UnsupportedOperationException("this end of a one-way pipe only sends; receive at the first one");
        }
        lock.lockInterruptibly();
        try {
            arrive();
            while (isMeeting() && !Deadline.hasPassed(deadline)) {
                changed.await(Deadline.remainingNanos(deadline), TimeUnit.NANOSECONDS);
                requireOpen();
            }
            return connection;
        } finally {
            lock.unlock();
        }
    }

    private boolean isOver() {
        lock.lock();
        try {
            return state == State.OVER;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable IOException whyOver() {
        lock.lock();
        try {
            return failure;
        } finally {
            lock.unlock();
        }
    }

    private static SocketException failed(IOException cause) {
        SocketException failed = new SocketException(cause.getMessage());
        failed.initCause(cause);
        return failed;
    }

    // ---- meeting ----------------------------------------------------------------------------------------------------

    /** Begins to make the end this process's, if it is not yet. */
    void arrive() throws IOException {
        lock.lock();
        try {
            requireOpen();
            if (state == State.PASSED_ON) {
                throw new SocketException(
                        "this end of the pipe was passed to another process, and is used there: " + this);
            }
            if (state == State.UNUSED) {
                thread = startMeeting();
                state = State.ARRIVING;
            }
        } finally {
            lock.unlock();
        }
    }

    private Thread startMeeting() throws IOException {
        try {
            return LightThreads.start("ipcq-pipe", this::meet);
        } catch (OutOfMemoryError e) {
            throw new IOException("no thread can be made to meet the other end of the pipe: " + e.getMessage(), e);
        }
    }

    /** For an end that came from another process: is connected afterwards, or the first. */
    void awaitArrived() throws IOException {
        lock.lock();
        try {
            arrive();
            while (state == State.ARRIVING) {
                changed.awaitUninterruptibly();
            }
            if (failure != null) {
                throw failure;
            }
        } finally {
            lock.unlock();
        }
    }

    private void becomeFirst() {
        lock.lock();
        try {
            state = State.WAITING;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void meet() {
        Connection met = null;
        IOException failed = null;
        try {
            met = meeting.meet(this::becomeFirst).orElse(null);
        } catch (IOException e) {
            failed = e;
        } catch (InterruptedException e) {
            failed = new IOException("interrupted", e); // by nobody here
        } catch (RuntimeException | Error e) {
            failed = new IOException("the two ends of a pipe could not meet: " + e, e);
        } finally {
            publish(met, failed); // also if there was no memory to say why
        }
        if (met != null) {
            flushFirst(met);
        }
    }

    private void publish(@Nullable Connection met, @Nullable IOException failed) {
        lock.lock();
        try {
            connection = met;
            failure = failed;
            state = met == null ? State.OVER : State.MET;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void flushFirst(Connection met) {
        sending.lock();
        try {
            flush(met);
        } catch (IOException closedByFailure) {
            // the next who sends or receives is told
        } finally {
            sending.unlock();
            isFlushed(met);
        }
    }

    private void isFlushed(Connection met) {
        lock.lock();
        try {
            flushed = true;
            if (closed) {
                met.close();
            }
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen() throws SocketException {
        if (closed) {
            throw new SocketException("the connection is closed: it was closed on this side");
        }
    }

    // ---- passing on -------------------------------------------------------------------------------------------------

    private Object writeReplace() throws ObjectStreamException {
        lock.lock();
        try {
            if (closed || (state != State.UNUSED && state != State.PASSED_ON)) {
                throw new InvalidObjectException(
                        "an end of a pipe that was used or closed in this process cannot be passed"
                                + " on: pass it before its first use; " + this);
            }
            state = State.PASSED_ON;
            return handle;
        } finally {
            lock.unlock();
        }
    }

    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw new InvalidObjectException("an end of a pipe travels as its handle");
    }

    // ---- the end ----------------------------------------------------------------------------------------------------

    @Override
    public void close() {
        lock.lock();
        try {
            if (!closed && state != State.PASSED_ON) {
                claimToClose();
                closed = true;
                changed.signalAll();
                if (flushed && connection != null) {
                    connection.close();
                } else if (queuedBytes == 0) {
                    meeting.cancel();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** An end that nobody has used is used for being closed: so the other one is told. */
    private void claimToClose() {
        try {
            arrive();
        } catch (IOException othersHaveIt) {
            // or nobody ever will
        }
    }

    /** Closes it, lets nobody else have it any more, and gives up what is queued. */
    void abandon() {
        lock.lock();
        try {
            if (state == State.PASSED_ON) {
                state = State.UNUSED;
            }
            close();
        } finally {
            lock.unlock();
        }
        meeting.cancel();
    }

    /** After {@link #abandon}: until nothing of it is left behind, unless the other process is stopped. */
    void awaitAbandoned() {
        Thread last;
        lock.lock();
        try {
            last = isMeeting() ? thread : null;
        } finally {
            lock.unlock();
        }
        try {
            if (last != null) {
                last.join(ABANDONED_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- what it is -------------------------------------------------------------------------------------------------

    @Override
    public SocketAddress remoteAddress() {
        return meeting.otherSocket();
    }

    @Override
    public Optional<PeerCredentials> peer() {
        lock.lock();
        try {
            return connection == null ? Optional.empty() : connection.peer();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isOpen() {
        lock.lock();
        try {
            return !closed && !ended && (connection == null ? state != State.OVER : connection.isOpen());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        return "PipeEnd[" + handle.number() + " of " + handle.place().directory() + ", "
                + (closed ? "closed" : state.name().toLowerCase(java.util.Locale.ROOT)) + "]";
    }
}
