// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.connection.FailingListener;
import io.ipcq.connection.Listener;
import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.ProtocolClient;
import io.ipcq.manager.wire.Receipt;
import io.ipcq.manager.wire.RpcException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server's own threads when a call fails in them, or ends at the wrong moment, or when they cannot be made. */
@Timeout(120)
class ServerFailureTest {

    private static final int WAITING = 3;
    private static final int MANY = 1_000;

    private final AuthKey key = AuthKey.random();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Workers workers = new Workers(this::execute, clock, 2, Duration.ofMillis(100));
    private final AtomicBoolean outOfThreads = new AtomicBoolean();
    private final CountDownLatch threadRefused = new CountDownLatch(1);
    private final Semaphore slowEnds = new Semaphore(0);
    private ManagerServer server;
    private Listener listener;
    private RequestLoop loop;
    private Session session;
    private ProtocolClient client;
    private Session otherSession;
    private ProtocolClient other;

    @BeforeEach
    void start() throws Exception {
        server = ManagerServer.builder()
                .maxThreads(2)
                .register(Runnable.class, () -> {
                    slowEnds.acquireUninterruptibly();
                    return () -> {};
                })
                .bind(key);
        listener = Listener.bind(key);
        loop = new RequestLoop(this::execute);
        loop.start();
        client = new ProtocolClient(Connection.connect(listener.address(), key));
        session = server.session(listener.accept(), 1);
        session.begin(loop);
        other = new ProtocolClient(Connection.connect(listener.address(), key));
        otherSession = server.session(listener.accept(), 2);
        otherSession.begin(loop);
    }

    private void execute(Runnable work) {
        if (outOfThreads.get()) {
            threadRefused.countDown();
            throw new OutOfMemoryError("made by a test: no thread");
        }
        threads.execute(work);
    }

    @AfterEach
    void stop() throws Exception {
        slowEnds.release(2);
        session.end();
        otherSession.end();
        client.close();
        other.close();
        loop.close();
        listener.close();
        server.close();
        threads.shutdownNow();
        clock.shutdownNow();
    }

    private Call call(int id) {
        return new Call(session, id, "test.await", List.of(), 0);
    }

    /** All calls wait until the state says that they may not any longer. */
    private final class Gate extends ServedMonitor {
        private final AtomicBoolean open = new AtomicBoolean();
        private Attempt first = () -> null;

        Gate() {
            super(new Key("test", "gate"), clock);
        }

        @Override
        void operate(Call call, String operation) {
            await(call, Long.MAX_VALUE, () -> attempt(call), null);
        }

        private Object attempt(Call call) {
            if (!open.get()) {
                return null;
            }
            return call.id().equals(1) ? first.run() : call.id();
        }

        synchronized void open() {
            open.set(true);
            changed();
        }
    }

    @Test
    void shouldTakeBackOnceWhatIsLostInTwoWays() {
        AtomicInteger lost = new AtomicInteger();
        session.handOver(call(1), 1, new Session.Handed() {
            @Override
            public long bytes() {
                return 1;
            }

            @Override
            public void arrived(Receipt receipt) {}

            @Override
            public void lost() {
                lost.incrementAndGet();
                session.lost(1); // as by another thread, whose answer cannot be sent
            }
        });
        session.end();
        assertThat(lost).hasValue(1);
    }

    @Test
    void shouldServeAllWhenOneIsGivenUpMeanwhile() throws Exception {
        Gate gate = new Gate();
        Call given = call(1);
        gate.first = () -> {
            Thread another = new Thread(given::abandon);
            another.start();
            join(another);
            return null;
        };
        gate.call(given, "");
        for (int id = 2; id <= WAITING; id++) {
            gate.call(call(id), "");
        }
        gate.open();
        assertThat(ProtocolClient.error(client.answer(1))).isEqualTo(Protocol.CANCELLED);
        for (int id = 2; id <= WAITING; id++) {
            assertThat(client.answer(id).get("result")).isEqualTo(id);
        }
    }

    @Test
    void shouldServeAllWhenOneFails() throws Exception {
        Gate gate = new Gate();
        gate.first = () -> {
            throw new NoClassDefFoundError("made by a test");
        };
        for (int id = 1; id <= WAITING; id++) {
            gate.call(call(id), "");
        }
        gate.open();
        assertThat(ProtocolClient.error(client.answer(1))).isEqualTo(Protocol.INTERNAL);
        for (int id = 2; id <= WAITING; id++) {
            assertThat(client.answer(id).get("result")).isEqualTo(id);
        }
    }

    @Test
    void shouldNotTakeUpCallThatIsBeingEnded() throws Exception {
        Call call = call(1);
        session.park(call);
        AtomicBoolean taken = new AtomicBoolean(true);
        call.unlessClaimed(() -> {
            taken.set(call.claim()); // as another thread might just then
            call.reply("ended");
        });
        assertThat(taken).isFalse();
        assertThat(client.answer(1).get("result")).isEqualTo("ended");
        Call late = call(2);
        session.park(late);
        assertThat(late.claim()).isTrue();
        late.unlessClaimed(() -> {
            taken.set(late.claim());
            late.reply("given back");
        });
        assertThat(late.isDeferred()).isTrue();
        late.unclaim();
        assertThat(taken).isFalse();
        assertThat(client.answer(2).get("result")).isEqualTo("given back");
    }

    @Test
    void shouldAnswerCallWhoseEndFails() throws Exception {
        Call call = call(1);
        session.park(call);
        call.unlessClaimed(() -> {
            throw new OutOfMemoryError("made by a test");
        });
        assertThat(ProtocolClient.error(client.answer(1))).isEqualTo(Protocol.INTERNAL);
    }

    /** As many as wait for one thing are served one after the other, and each change is the chance of one of them. */
    @Test
    void shouldNotAskAllThatWaitAtEachChange() throws Exception {
        Turnstile turnstile = new Turnstile();
        for (int id = 1; id <= MANY; id++) {
            turnstile.call(call(id), "");
        }
        for (int id = 1; id <= MANY; id++) {
            turnstile.letIn();
            assertThat(client.answer(id).get("result")).isEqualTo(id);
        }
        assertThat(turnstile.attempts).isEqualTo(2 * MANY);
    }

    /** One place at a time. */
    private final class Turnstile extends ServedMonitor {
        private boolean open;
        private int attempts;

        Turnstile() {
            super(new Key("test", "turnstile"), clock);
        }

        @Override
        void operate(Call call, String operation) {
            await(call, Long.MAX_VALUE, () -> attempt(call), null);
        }

        private Object attempt(Call call) {
            attempts++;
            if (!open) {
                return null;
            }
            open = false;
            return call.id();
        }

        @Override
        boolean mayServe() {
            return open;
        }

        synchronized void letIn() {
            open = true;
            changed();
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldServeAllThatWaitAtQueueWhenOneFails() throws Exception {
        AtomicInteger steps = new AtomicInteger();
        QueuePump pump = new QueuePump(clock, workers, (call, patience) -> {
            if (patience.equals(Duration.ZERO)) {
                return null; // nothing there at once
            }
            if (steps.getAndIncrement() == 0) {
                throw new NoClassDefFoundError("made by a test");
            }
            return () -> call.reply(call.id());
        });
        for (int id = 1; id <= WAITING; id++) {
            pump.submit(call(id), Long.MAX_VALUE, null);
        }
        assertThat(ProtocolClient.error(client.answer(1))).isEqualTo(Protocol.INTERNAL);
        for (int id = 2; id <= WAITING; id++) {
            assertThat(client.answer(id).get("result")).isEqualTo(id);
        }
    }

    @Test
    void shouldServeQueueAgainWhenNoThreadCouldBeMade() throws Exception {
        QueuePump pump = new QueuePump(
                clock,
                workers,
                (call, patience) -> patience.equals(Duration.ZERO) ? null : () -> call.reply(call.id()));
        outOfThreads.set(true);
        assertThatThrownBy(() -> pump.submit(call(1), Long.MAX_VALUE, null))
                .isInstanceOf(RpcException.class)
                .hasMessageContaining("thread");
        outOfThreads.set(false);
        session.end(); // whose call is over
        pump.submit(new Call(otherSession, 2, "test.await", List.of(), 0), Long.MAX_VALUE, null);
        assertThat(other.answer(2).get("result")).isEqualTo(2);
    }

    private static void openSlowly(ProtocolClient client, String name) throws Exception {
        client.sendAs(name, "open", "object", name, Map.of("interface", "java.lang.Runnable"));
    }

    @Test
    void shouldGoOnWithRequestsWhenNoThreadCanTakeOverFromSlowOne() throws Exception {
        other.result("ping");
        outOfThreads.set(true);
        openSlowly(client, "first");
        threadRefused.await();
        int ping = other.send("ping");
        slowEnds.release();
        assertThat(client.answer("first").get("error")).isNull();
        assertThat(other.answer(ping).get("error")).isNull();
        outOfThreads.set(false);
        openSlowly(client, "second");
        other.result("ping"); // by another thread
        slowEnds.release();
        assertThat(client.answer("second").get("error")).isNull();
    }

    /** Of two threads, one is left for the other client. */
    @Test
    void shouldRefuseCallThatFindsNoThreadForLong() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        for (int id = 1; id <= 2; id++) {
            Call call = call(id);
            session.park(call);
            workers.carryOut(call, () -> {
                join(end);
                call.reply(true);
            });
        }
        assertThat(ProtocolClient.error(client.answer(2))).isEqualTo(Protocol.LIMIT);
        Call theirs = new Call(otherSession, 3, "test.run", List.of(), 0);
        otherSession.park(theirs);
        workers.carryOut(theirs, () -> theirs.reply(true));
        assertThat(other.answer(3).get("result")).isEqualTo(true);
        end.countDown();
        assertThat(client.answer(1).get("result")).isEqualTo(true);
    }

    private static void join(CountDownLatch end) {
        try {
            end.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Those who wait for its end are told, and its clients find it gone. */
    @Test
    void shouldEndWhenItsListenerFails() throws Exception {
        Listener failing = Listener.bind(key);
        try (ManagerServer lonely = ManagerServer.builder().bind(failing);
                ProtocolClient last = new ProtocolClient(Connection.connect(lonely.address(), key))) {
            last.result("ping");
            FailingListener.fail(failing);
            assertThatThrownBy(lonely::serveForever)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("the listener has failed");
            assertThatThrownBy(() -> last.result("ping")).isInstanceOf(IOException.class);
        }
    }

    /** As it is at the end of a JVM, whose hooks close the listener: nobody is told of a failure. */
    @Test
    void shouldEndQuietlyWhenItsListenerIsClosed() throws Exception {
        Listener closing = Listener.bind(key);
        try (ManagerServer lonely = ManagerServer.builder().bind(closing)) {
            closing.close();
            lonely.serveForever();
        }
    }
}
