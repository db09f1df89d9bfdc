// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.ipcq.codec.Codec;
import io.ipcq.codec.CodecException;
import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.connection.RawPeer;
import io.ipcq.manager.Manager;
import io.ipcq.manager.server.ManagerServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract of queues for those of a manager, whatever the way to it. Where such a queue is another thing by nature,
 * a row says what holds instead.
 */
abstract class ManagedQueueContract extends SharedQueueContract {

    static final byte[] SECRET = RawPeer.ascii("the secret of this test, 32 bytes");
    private static final AuthKey KEY = AuthKey.of(SECRET);

    @TempDir
    Path served;

    private ManagerServer server;
    private Manager manager;
    private Connection client;

    /** Where the server listens; null for a private socket. */
    abstract SocketAddress address();

    abstract <E> SharedQueue<E> queue(Manager manager, String name, Codec<E> codec);

    abstract <E> SharedQueue<E> queue(Manager manager, String name, Codec<E> codec, long maxSize);

    /** Where clients connect to instead. */
    SocketAddress wayTo(SocketAddress server) throws IOException {
        return server;
    }

    /** What must hold of the server when a row and all its clients are gone. */
    void requireOnServer(ManagerServer rowsServer, AuthKey key) throws Exception {}

    /** Through a server each look is a call. */
    @Override
    int looks() {
        return super.looks() / 10;
    }

    private Manager manager() throws IOException {
        if (manager == null) {
            server = ManagerServer.builder().directory(served).bind(address(), KEY);
            try {
                manager = Manager.connect(wayTo(server.address()), KEY);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        return manager;
    }

    @AfterEach
    void endManager() throws Exception {
        if (client != null) {
            client.close();
        }
        if (manager != null) {
            manager.close();
        }
        try {
            requireOnServer(server, KEY);
        } finally {
            server.close();
        }
    }

    @Override
    <E> SharedQueue<E> create(Codec<E> codec, long maxSize) throws IOException {
        return queue(manager(), UUID.randomUUID().toString(), codec, maxSize);
    }

    @Override
    <E> SharedQueue<E> create(Path directory, Codec<E> codec, long maxSize) throws IOException {
        return queue(manager(), directory.getFileName().toString(), codec, maxSize);
    }

    @Override
    <E> SharedQueue<E> open(Path directory, Codec<E> codec) throws IOException {
        return queue(manager(), directory.getFileName().toString(), codec);
    }

    @Override
    <E> SharedQueue<E> createForSmallElements(Codec<E> codec) throws IOException {
        manager();
        makeSmall("small", codec);
        return queue(manager(), "small", codec);
    }

    /** Makes a queue with an option that a manager has no method for. */
    abstract <E> void makeSmall(String name, Codec<E> codec) throws IOException;

    /** By the protocol; it stays until the end of the test. */
    final void makeInMemory(String name, String codec, int capacityBytes) throws IOException {
        try {
            client = Connection.connect(server.address(), KEY);
            String open =
                    "{'jsonrpc':'2.0','id':1,'method':'open','params':['queue','%s',{'codec':'%s','capacityBytes':%d}]}";
            client.sendBytes(open.formatted(name, codec, capacityBytes)
                    .replace('\'', '"')
                    .getBytes(StandardCharsets.UTF_8));
            client.recvBytes();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Where the server looks for it. */
    final <E> void makeDurable(String name, DurableQueueBuilder<E> options) throws IOException {
        options.create(served.resolve(name)).close();
    }

    /**
     * What holds for one that is kept on disk instead of {@link #shouldHandOutBytesOfElementThatCannotBeDecoded}: as
     * the server is attached, too, and might be able to decode it, such an element comes again, and lies with the dead
     * letters at last.
     */
    final void requireThatOthersMayDecode() throws Exception {
        for (String bad : List.of(PickyCodec.UNDECODABLE, PickyCodec.BROKEN)) {
            manager();
            String name = UUID.randomUUID().toString();
            makeDurable(
                    name,
                    DurableQueue.builder(PickyCodec.INSTANCE)
                            .redeliveryDelay(Duration.ofNanos(1))
                            .maxAttempts(3));
            DurableQueue<String> picky = (DurableQueue<String>) closed(queue(manager(), name, PickyCodec.INSTANCE));
            List<ThrowingCallable> ways =
                    List.of(() -> picky.get(SHORT), () -> picky.drainTo(new ArrayList<>()), () -> picky.receive(SHORT));
            for (int round = 0; round < ways.size(); round++) {
                picky.put(bad);
                for (int attempt = 0; attempt < 3; attempt++) {
                    ThrowingCallable way = ways.get((round + attempt) % 3);
                    Throwable failure = catchThrowable(way);
                    assertIsOfBytes(failure, bad);
                    assertThat(failure.getSuppressed())
                            .as("it is tried once in each call")
                            .isEmpty();
                    assertThat(picky.stats().leased()).isZero();
                }
                assertThat(picky.join(LONG))
                        .as("what is with the dead letters is done")
                        .isTrue();
            }
            picky.putAll(List.of(bad, "a", bad, "b"));
            List<String> rest = new ArrayList<>();
            assertThatThrownBy(() -> picky.drainTo(rest)).satisfies(e -> assertIsOfBytes(e, bad));
            assertThat(rest).containsExactly("a", "b");
            try (DurableQueue<String> there =
                            DurableQueue.builder(PickyCodec.INSTANCE).open(picky.directory());
                    DurableQueue<DeadLetter> letters = there.deadLetters()) {
                assertThat(letters.qsize()).isEqualTo(3);
            }
        }
    }

    /** The same for a codec that decodes to null, instead of {@link #shouldRefuseCodecThatDecodesToNull}. */
    final void requireThatOthersMayDecodeNull(Take take) throws Exception {
        SharedQueue<String> nulls = closed(create(new NullCodec(), UNBOUNDED));
        nulls.put("a");
        assertThat(catchThrowable(nulls::peek)).isInstanceOf(CodecException.class);
        assertThat(catchThrowable(() -> take.from(nulls)))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("null");
        assertThat(nulls.qsize()).isEqualTo(1);
        assertThat(nulls.stats().unfinished()).isEqualTo(1);
    }

    /** What could not be decoded is no lease that stays out. */
    final void requireThatReceiveGivesBack(FailingCodec.Failure failure) throws Exception {
        FailingCodec codec = new FailingCodec();
        DurableQueue<String> failing = (DurableQueue<String>) closed(create(codec, UNBOUNDED));
        failing.put(FailingCodec.BAD);
        codec.fail(1, failure);
        assertThat(catchThrowable(failing::receive)).isNotNull().isNotInstanceOf(CodecException.class);
        assertThat(failing.stats().leased()).isZero();
        Delivery<String> again = failing.receive(LONG);
        assertThat(again.value()).isEqualTo(FailingCodec.BAD);
        assertThat(again.attempts()).isEqualTo(2);
        assertThat(again.ack()).isTrue();
    }

    /**
     * What a producer on the server's machine puts does not pass the server, but has to when it is taken over TCP. A
     * number that is too long for that is refused in words, and what comes behind it comes.
     */
    @Test
    void shouldTakeOrRefuseNumberThatIsTooLongForServer() throws Exception {
        Codec<BigInteger> codec = Codec.json(BigInteger.class);
        BigInteger number = BigInteger.TEN.pow(20_000);
        SharedQueue<BigInteger> queue = closed(create(codec, UNBOUNDED));
        List<BigInteger> taken = new ArrayList<>();
        List<ThrowingCallable> ways = List.of(
                () -> taken.add(queue.get()),
                () -> taken.add(queue.get(LONG)),
                () -> taken.add(queue.getNow()),
                () -> taken.add(queue.consume().iterator().next()),
                () -> queue.drainTo(taken),
                queue::peek,
                () -> List.copyOf(queue));
        try (SharedQueue<BigInteger> there = onServersMachine(queue.directory(), codec)) {
            for (ThrowingCallable way : ways) {
                there.putAll(List.of(number, BigInteger.ONE));
                requireOnlyRefusal(way);
                while (!taken.contains(BigInteger.ONE)) {
                    requireOnlyRefusal(() -> taken.add(queue.get(LONG)));
                }
                taken.remove(BigInteger.ONE);
            }
        }
        assertThat(taken).allMatch(number::equals);
    }

    private static void requireOnlyRefusal(ThrowingCallable way) {
        Throwable refusal = catchThrowable(way);
        if (refusal != null) {
            assertThat(refusal).isExactlyInstanceOf(CodecException.class).hasMessageContaining("too long");
        }
    }

    /** What cannot be shown fails one step of a look: what is before it and behind it is shown. */
    @Test
    void shouldGoOnLookingBehindWhatCannotBeDecoded() throws Exception {
        for (String bad : List.of(PickyCodec.UNDECODABLE, PickyCodec.BROKEN)) {
            SharedQueue<String> picky = closed(create(PickyCodec.INSTANCE, UNBOUNDED));
            picky.putAll(List.of("a", bad, "b", bad, bad, "c"));
            List<Throwable> failures = new ArrayList<>();
            assertThat(look(picky, failures)).containsExactly("a", "b", "c");
            assertThat(failures).hasSize(3).allSatisfy(failure -> assertIsOfBytes(failure, bad));
        }
    }

    @Test
    void shouldGoOnLookingBehindWhatCannotBeSent() throws Exception {
        requireLooksBehind(Codec.json(BigInteger.class), BigInteger.TEN.pow(20_000), BigInteger.ONE, "too long");
        requireLooksBehind(Codec.utf8(), "\u0001".repeat(2 << 20), "x".repeat(700_000), "larger than a frame");
        requireLooksBehind(Codec.utf8(), "\u0001".repeat(2 << 20), "a", "larger than a frame");
    }

    /** On the server's machine all can be seen, over TCP what can be sent. */
    private <E> void requireLooksBehind(Codec<E> codec, E bad, E good, String refusal) throws Exception {
        SharedQueue<E> queue = closed(create(codec, UNBOUNDED));
        try (SharedQueue<E> there = onServersMachine(queue.directory(), codec)) {
            there.putAll(List.of(good, bad, good, good, bad, bad, good));
        }
        List<Throwable> failures = new ArrayList<>();
        List<E> seen = look(queue, failures);
        assertThat(seen).filteredOn(good::equals).hasSize(4);
        assertThat(seen).filteredOn(bad::equals).hasSize(3 - failures.size());
        assertThat(failures)
                .allSatisfy(failure -> assertThat(failure)
                        .isInstanceOfAny(CodecException.class, ElementTooLargeException.class)
                        .hasMessageContaining(refusal));
        assertThat(queue.peek()).isEqualTo(good);
    }

    private static <E> List<E> look(SharedQueue<E> queue, List<Throwable> failures) {
        List<E> seen = new ArrayList<>();
        for (Iterator<E> each = queue.iterator(); seen.size() + failures.size() < 100; ) {
            try {
                if (!each.hasNext()) {
                    break;
                }
                seen.add(each.next());
            } catch (RuntimeException e) {
                failures.add(e);
            }
        }
        return seen;
    }

    /** The same queue, without the server. */
    <E> SharedQueue<E> onServersMachine(Path directory, Codec<E> codec) throws IOException {
        return SharedQueue.builder(codec).open(directory);
    }

    @Override
    String nameOf(Path directory) {
        return directory.getFileName().toString();
    }

    /** It belongs to those who know its name, not to who made it. */
    @Override
    @Test
    void shouldEndForAllWhenCreatorOfAnonymousQueueCloses() throws Exception {
        SharedQueue<String> mine = closed(create(Codec.utf8(), UNBOUNDED));
        SharedQueue<String> there = closed(deserialize(serialize(mine)));
        Task<String> get = Task.start(there::get).expectToWait();
        mine.close();
        get.expectToWait();
        there.put("a");
        assertThat(get.await()).isEqualTo("a");
    }

    /** Who made it gives it no directory, and its name is free again when nobody holds it any longer. */
    @Override
    @Test
    void shouldStayWhenClosedAndGoWhenDeleted() throws Exception {
        SharedQueue<String> one = closed(create(parent.resolve("queue"), Codec.utf8(), 1));
        one.put("a");
        SharedQueue<String> two = closed(open(parent.resolve("queue"), Codec.utf8()));
        SharedQueue<String> three = closed(open(parent.resolve("queue"), Codec.utf8()));
        one.close();
        Task<Boolean> put = Task.run(() -> three.put("b")).expectToWait();
        assertThat(three.peek()).isEqualTo("a");
        two.delete();
        assertThat(put.awaitFailure())
                .isInstanceOf(QueueClosedException.class)
                .hasMessageContaining("deleted")
                .hasMessageContaining(three.directory().toString());
        assertThatThrownBy(three::get).isInstanceOf(QueueClosedException.class).hasMessageContaining("deleted");
        assertThatThrownBy(two::get).isInstanceOf(QueueClosedException.class);
        assertThat(three.directory()).doesNotExist();
        assertThatThrownBy(() -> create(parent.resolve("queue"), Codec.utf8(), 5))
                .isInstanceOf(QueueClosedException.class)
                .hasMessageContaining("deleted");
        three.close();
        SharedQueue<String> again = closed(create(parent.resolve("queue"), Codec.utf8(), 5));
        assertThat(again).isEmpty();
        assertThatThrownBy(three::qsize).isInstanceOf(QueueClosedException.class);
    }
}
