// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.ipcq.codec.Codec;
import io.ipcq.memory.EarlierProcess;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Both ends in one process, also by way of their serialized forms. */
class PipeTest {

    private static final Duration WATCHDOG = Duration.ofSeconds(60);

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable closeable : open) {
            closeable.close();
        }
    }

    private Pipe pipe() throws IOException {
        return closed(Pipe.create());
    }

    private <T extends AutoCloseable> T closed(T closeable) {
        open.add(closeable);
        return closeable;
    }

    private static Path directory(Pipe pipe) {
        return ((UnixDomainSocketAddress) pipe.first().remoteAddress())
                .getPath()
                .getParent();
    }

    private static void awaitGone(Path directory) {
        await().atMost(WATCHDOG).pollInterval(Duration.ofMillis(1)).until(() -> Files.notExists(directory));
    }

    private static byte[] serialized(Object object) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        return bytes.toByteArray();
    }

    private Connection arrived(byte[] serialized) throws Exception {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(serialized))) {
            return closed((Connection) in.readObject());
        }
    }

    @Test
    void shouldCarryMessagesBothWays() throws Exception {
        Pipe pipe = pipe();
        pipe.first().send(Codec.utf8(), "hello");
        assertThat(pipe.second().recv(Codec.utf8())).isEqualTo("hello");
        pipe.second().sendBytes(new byte[0]);
        assertThat(pipe.first().recvBytes()).isEmpty();
        byte[] large = new byte[Limits.FRAME_BYTES + 1];
        FutureTask<byte[]> received = ConnectionTest.inThread(pipe.second()::recvBytes);
        pipe.first().sendBytes(large);
        assertThat(received.get()).isEqualTo(large);
        assertThat(pipe.first().peer()).isPresent();
    }

    @Test
    void shouldLieInPrivateDirectoryThatIsGoneOnceBothHaveMet() throws Exception {
        Pipe pipe = pipe();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory(pipe))))
                .isEqualTo("rwx------");
        pipe.first().sendBytes(new byte[1]);
        assertThat(directory(pipe)).exists();
        assertThat(pipe.second().recvBytes()).hasSize(1);
        awaitGone(directory(pipe));
    }

    @Test
    void shouldCarryOneWayOnly() throws Exception {
        Pipe pipe = closed(Pipe.oneWay());
        Connection receiver = pipe.first();
        Connection sender = arrived(serialized(pipe.second()));
        sender.sendBytes(new byte[3]);
        assertThat(receiver.poll(WATCHDOG)).isTrue();
        assertThat(receiver.recvBytes()).hasSize(3);
        assertThatThrownBy(() -> receiver.sendBytes(new byte[1])).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(sender::recvBytes).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(sender::poll).isInstanceOf(UnsupportedOperationException.class);
        sender.close();
        assertThatThrownBy(receiver::recvBytes).isInstanceOf(EOFException.class);
    }

    @Test
    void shouldQueueUntilTheOtherEndComes() throws Exception {
        Pipe pipe = pipe();
        byte[] handle = serialized(pipe.second());
        int fits = PipeEnd.QUEUE_BYTES / 1024;
        for (int i = 0; i < fits; i++) {
            pipe.first().sendBytes(new byte[1024 - Integer.BYTES]);
        }
        FutureTask<byte[]> waits = ConnectionTest.inThread(() -> {
            pipe.first().sendBytes(new byte[7]);
            return new byte[0];
        });
        assertThat(pipe.first().poll(Duration.ofMillis(50))).isFalse();
        assertThat(waits.isDone()).isFalse();
        Connection other = arrived(handle);
        for (int i = 0; i < fits; i++) {
            assertThat(other.recvBytes()).hasSize(1024 - Integer.BYTES);
        }
        assertThat(other.recvBytes()).hasSize(7);
        waits.get();
    }

    @Test
    void shouldDeliverWhatWasQueuedWhenItWasClosed() throws Exception {
        Pipe pipe = pipe();
        byte[] handle = serialized(pipe.second());
        pipe.first().sendBytes(new byte[5]);
        pipe.first().close();
        assertThat(pipe.first().isOpen()).isFalse();
        Connection other = arrived(handle);
        assertThat(other.recvBytes()).hasSize(5);
        assertThatThrownBy(other::recvBytes).isInstanceOf(EOFException.class);
    }

    /** The two ends meet in some of the rounds; in the others, the one that is closed gives up before. */
    @RepeatedTest(200)
    void shouldEndWhenTheOtherEndWasClosedWithoutBeingUsed() throws Exception {
        Pipe pipe = pipe();
        pipe.first().close();
        assertThat(pipe.second().poll(WATCHDOG)).isTrue();
        assertThatThrownBy(pipe.second()::recvBytes).isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> pipe.second().sendBytes(new byte[1])).isInstanceOf(IOException.class);
        assertThat(pipe.second().isOpen()).isFalse();
        assertThatThrownBy(pipe.first()::recvBytes)
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("closed on this side");
    }

    @Test
    void shouldSendNothingOnceTheEndWasReceived() throws Exception {
        Pipe pipe = pipe();
        pipe.first().sendBytes(new byte[1]);
        assertThat(pipe.second().recvBytes()).hasSize(1);
        FutureTask<byte[]> received = ConnectionTest.inThread(pipe.second()::recvBytes);
        pipe.first().close();
        assertThatThrownBy(received::get).hasCauseInstanceOf(EOFException.class);
        assertThatThrownBy(() -> pipe.second().sendBytes(new byte[1])).isInstanceOf(SocketException.class);
    }

    @Test
    void shouldEndWaitingWhenAnotherProcessHasThePidOfTheDeadCreator() throws Exception {
        PipeHandle.Place place = PipeHandle.Place.createdBy(
                EarlierProcess.withPid(ProcessHandle.current().pid()));
        PipeMeeting meeting = new PipeMeeting(new PipeHandle(place, 0, PipeEnd.Direction.BOTH));

        assertThat(meeting.meet(() -> {})).isEmpty();

        assertThat(place.directory()).doesNotExist();
    }

    @Test
    void shouldEndWaitingWhenTheOtherEndIsClosedUnused() throws Exception {
        Pipe pipe = pipe();
        FutureTask<byte[]> received = ConnectionTest.inThread(pipe.first()::recvBytes);
        assertThat(pipe.first().poll(Duration.ofMillis(20))).isFalse();
        pipe.second().close();
        assertThatThrownBy(received::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(EOFException.class);
    }

    @Test
    void shouldWakeWhoWaitsWhenClosed() throws Exception {
        Pipe pipe = pipe();
        FutureTask<byte[]> received = ConnectionTest.inThread(pipe.first()::recvBytes);
        FutureTask<byte[]> sent = ConnectionTest.inThread(() -> {
            pipe.first().sendBytes(new byte[PipeEnd.QUEUE_BYTES]);
            return new byte[0];
        });
        assertThat(pipe.first().poll(Duration.ofMillis(20))).isFalse();
        pipe.first().close();
        for (FutureTask<byte[]> waiting : List.of(received, sent)) {
            assertThatThrownBy(waiting::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("closed on this side");
        }
    }

    private static boolean isIn(Thread thread, String method) {
        return Stream.of(thread.getStackTrace())
                .anyMatch(frame -> frame.getMethodName().equals(method));
    }

    /** What is larger than what may wait is being sent when the ends meet. */
    @Test
    void shouldEndCallOfSenderWhenClosedThoughOtherEndDoesNotRead() throws Exception {
        Pipe pipe = pipe();
        FutureTask<byte[]> sending = new FutureTask<>(() -> {
            pipe.first().sendBytes(new byte[Limits.FRAME_BYTES]);
            return new byte[0];
        });
        Thread sender = new Thread(sending, "test");
        sender.setDaemon(true);
        sender.start();
        await().atMost(WATCHDOG).until(() -> isIn(sender, "queueOrMeet"));
        assertThat(pipe.second().poll(Duration.ZERO)).isFalse();
        await().atMost(WATCHDOG).until(() -> isIn(sender, "awaitWritable"));
        pipe.first().close();
        assertThatThrownBy(() -> sending.get(WATCHDOG.toSeconds(), TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(IOException.class);
    }

    /** As one that ends its sending, and lives on. */
    @Test
    void shouldKeepNoConnectionToFirstThatDoesNotConfirm() throws Exception {
        PipeHandle.Place place = PipeHandle.Place.create();
        Files.createSymbolicLink(place.directory().resolve("first"), Path.of("s0"));
        try (ServerSocketChannel first = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            first.bind(UnixDomainSocketAddress.of(place.directory().resolve("s0")));
            Connection second = closed(new PipeEnd(new PipeHandle(place, 1, PipeEnd.Direction.BOTH)));
            FutureTask<byte[]> receiving = ConnectionTest.inThread(second::recvBytes);
            try (RawPeer peer = new RawPeer(first.accept())) {
                peer.listenerHandshake(message -> place.key().sign("HmacSHA256", message));
                peer.endSending();
                FutureTask<byte[]> ended = ConnectionTest.inThread(() -> {
                    peer.awaitEnd();
                    return new byte[0];
                });
                assertThat(ended.get(WATCHDOG.toSeconds(), TimeUnit.SECONDS)).isEmpty();
            }
            assertThatThrownBy(receiving::get).cause().isInstanceOf(EOFException.class);
        }
    }

    @Test
    void shouldStayIntactWhenWaitIsInterrupted() throws Exception {
        Pipe pipe = pipe();
        Thread.currentThread().interrupt();
        assertThatThrownBy(pipe.first()::recvBytes).isInstanceOf(InterruptedException.class);
        assertThat(pipe.first().poll(Duration.ofMillis(20))).isFalse();
        pipe.second().sendBytes(new byte[2]);
        assertThat(pipe.first().recvBytes()).hasSize(2);
    }

    @Test
    void shouldPollForTheTimeItIsTold() throws Exception {
        Pipe pipe = pipe();
        long before = System.nanoTime();
        assertThat(pipe.first().poll(Duration.ofMillis(50))).isFalse();
        assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(50));
        assertThat(pipe.first().poll()).isFalse();
    }

    @Test
    void shouldBelongToWhereItArrivesFirst() throws Exception {
        Pipe pipe = pipe();
        byte[] handle = serialized(pipe.second());
        Connection other = arrived(handle);
        assertThatThrownBy(() -> arrived(handle))
                .isInstanceOf(InvalidObjectException.class)
                .hasMessageContaining(
                        "it belongs to another process already, as each end can be passed to one process");
        pipe.first().sendBytes(new byte[1]);
        assertThat(other.recvBytes()).hasSize(1);
        awaitGone(directory(pipe));
        assertThatThrownBy(() -> arrived(handle))
                .isInstanceOf(InvalidObjectException.class)
                .hasMessageContaining("it belongs to another process already");
    }

    @Test
    void shouldNotBeUsedHereOncePassedOn() throws Exception {
        Pipe pipe = pipe();
        byte[] handle = serialized(pipe.second());
        assertThatThrownBy(() -> pipe.second().sendBytes(new byte[1]))
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("was passed to another process");
        assertThatThrownBy(pipe.second()::recvBytes).isInstanceOf(SocketException.class);
        pipe.second().close(); // as Python programs do, which hold a copy of it
        Connection other = arrived(handle);
        other.sendBytes(new byte[1]);
        assertThat(pipe.first().recvBytes()).hasSize(1);
    }

    @Test
    void shouldNotBePassedOnOnceUsed() throws Exception {
        Pipe pipe = pipe();
        pipe.first().sendBytes(new byte[1]);
        assertThatThrownBy(() -> serialized(pipe.first()))
                .isInstanceOf(InvalidObjectException.class)
                .hasMessageContaining("pass it before its first use");
        pipe.second().close();
        assertThatThrownBy(() -> serialized(pipe.second())).isInstanceOf(InvalidObjectException.class);
    }

    @Test
    void shouldLeaveNothingWhenItsEndsNeverMeet() throws Exception {
        Pipe unused = pipe();
        unused.close();
        awaitGone(directory(unused));

        Pipe waiting = pipe();
        waiting.first().sendBytes(new byte[1]);
        byte[] late = serialized(waiting.second());
        waiting.close();
        awaitGone(directory(waiting));
        assertThatThrownBy(() -> arrived(late))
                .isInstanceOf(InvalidObjectException.class)
                .hasMessageContaining("the pipe was closed");
        waiting.close();
    }

    @Test
    void shouldEndTheArrivedEndWhenPipeIsClosed() throws Exception {
        Pipe pipe = pipe();
        byte[] first = serialized(pipe.first());
        byte[] second = serialized(pipe.second());
        Connection arrived = arrived(first);
        assertThat(arrived.poll(Duration.ofMillis(20))).isFalse();
        pipe.close();
        assertThatThrownBy(arrived::recvBytes).isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> arrived(second)).hasMessageContaining("the pipe was closed");
    }

    /** Both come at once, and so compete for being the first. */
    @Test
    void shouldMeetHoweverTheyCome() throws Exception {
        for (int round = 0; round < 100; round++) {
            Pipe pipe = Pipe.create();
            CyclicBarrier together = new CyclicBarrier(2);
            FutureTask<byte[]> first = exchange(together, pipe.first(), round);
            FutureTask<byte[]> second = exchange(together, pipe.second(), round + 1);
            assertThat(first.get()).hasSize(round + 1);
            assertThat(second.get()).hasSize(round);
            awaitGone(directory(pipe));
            pipe.close();
        }
    }

    private static FutureTask<byte[]> exchange(CyclicBarrier together, Connection end, int size) {
        return ConnectionTest.inThread(() -> {
            together.await();
            end.sendBytes(new byte[size]);
            return end.recvBytes();
        });
    }

    @Test
    void shouldEndHoweverTheyAreClosed() throws Exception {
        for (int round = 0; round < 100; round++) {
            Pipe pipe = Pipe.create();
            CyclicBarrier together = new CyclicBarrier(2);
            FutureTask<byte[]> first = ConnectionTest.inThread(() -> {
                together.await();
                pipe.first().close();
                return new byte[0];
            });
            FutureTask<byte[]> second = ConnectionTest.inThread(() -> {
                together.await();
                return pipe.second().recvBytes();
            });
            first.get();
            assertThatThrownBy(second::get).hasCauseInstanceOf(EOFException.class);
            awaitGone(directory(pipe));
            pipe.close();
        }
    }

    @Test
    void shouldNotTellItsKey() throws Exception {
        Pipe pipe = pipe();
        assertThat(pipe.toString())
                .startsWith("Pipe[PipeEnd[0 of ")
                .contains("unused")
                .doesNotContain("AuthKey");
    }
}
