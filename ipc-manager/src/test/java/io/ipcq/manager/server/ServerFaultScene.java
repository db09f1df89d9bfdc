// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.codec.CodecException;
import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.manager.Manager;
import io.ipcq.manager.ManagerException;
import io.ipcq.manager.ManagerGoneException;
import io.ipcq.manager.server.CallKind.Fate;
import io.ipcq.manager.server.CallKind.Shop;
import io.ipcq.queue.QueueStorageException;
import io.ipcq.test.FaultLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A call of a client, and an error on a thread of the server that carries it out.
 *
 * <p>The rule:
 *
 * <ul>
 *   <li>The call ends: with its result, with an error, or as the client is cut off; never as nothing came for long.
 *   <li>What it has not done, others can do: what it took is there again, what it locked is free, also while its client
 *       goes on.
 *   <li>Others go on, and new clients can connect.
 *   <li>When a client is gone the server has back all that it had: names, memory, threads, descriptors.
 *   <li>When the server is closed nothing is left of it, either.
 * </ul>
 */
final class ServerFaultScene<P> implements FaultLoop.Scene {

    /** Then what is waited for does not come. */
    private static final Duration PATIENCE = Duration.ofMillis(Integer.getInteger("ipcq.fault.patience", 60_000));

    private static final long PAUSE_NANOS = 100_000;
    private static final AuthKey KEY = AuthKey.random();

    /** What there is if a call was not made, and if it was. */
    record States(Object without, Object with) {}

    private final CallKind<P> kind;
    private final @Nullable States states;
    private final Levels before = Levels.now();
    private final ManagerServer server;
    private final Levels alone;
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final List<Connection> connections = new ArrayList<>();
    private final Connection callers;
    private Connection othersConnection;
    private Manager others;
    private final CallScene<P> scene;

    ServerFaultScene(Path directory, CallKind<P> kind, @Nullable States states) throws Exception {
        this.kind = kind;
        this.states = states;
        server = ManagerServer.builder()
                .directory(directory)
                .register(Shop.class, CallKind.Counterpart::new)
                .allowShutdown(true)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), KEY);
        othersConnection = connect();
        others = manager(othersConnection);
        others.ping();
        alone = Levels.now().ofServerAtRest();
        callers = connect();
        scene = new CallScene<>(kind, server, manager(callers), others, thread, this::reconnect);
    }

    private Connection connect() throws IOException, InterruptedException {
        Connection connection = Connection.connect(server.address(), KEY);
        connections.add(connection);
        return connection;
    }

    private static Manager manager(Connection connection) {
        return Manager.connect(connection, PATIENCE);
    }

    private Manager reconnect() throws Exception {
        othersConnection.close();
        othersConnection = connect();
        others = manager(othersConnection);
        return others;
    }

    /** What there is after a call without errors, or without the call. */
    static <P> Object state(Path directory, CallKind<P> kind, boolean calls) throws Exception {
        ServerFaultScene<P> without = new ServerFaultScene<>(directory, kind, null);
        try {
            if (calls) {
                without.run();
                if (without.scene.thrown() != null) {
                    throw new AssertionError(kind + " fails", without.scene.thrown());
                }
            }
            without.leave();
            if (!calls) {
                without.scene.meanwhile();
            }
            return without.scene.look();
        } finally {
            without.close();
        }
    }

    @Override
    public void run() throws Exception {
        scene.run();
    }

    @Override
    public boolean isUnderTest(Thread thread, @Nullable Thread operations) {
        return thread.getName().startsWith("ipcq-manager");
    }

    @Override
    public void check(@Nullable Throwable failure) throws Throwable {
        if (failure != null) {
            throw failure;
        }
        Throwable thrown = scene.thrown();
        requireEnd(thrown);
        requireOthersThere();
        if (!isToBeFree(thrown)) {
            leave();
        }
        Object state = byOthers(scene::look);
        if (states != null && !scene.isDisturbed()) {
            scene.requireRightState(state, states.without, states.with);
        }
        leave();
        requireAllGivenBack();
    }

    /** Whether a call that failed must have left nothing that its client, which goes on, holds. */
    private boolean isToBeFree(@Nullable Throwable thrown) {
        return thrown != null
                && !(thrown instanceof ManagerGoneException)
                && !kind.isPrepared()
                && (kind.fate == Fate.AS_BEFORE || kind.fate == Fate.TAKES);
    }

    private void requireEnd(@Nullable Throwable thrown) {
        if (thrown == null || scene.isDisturbed()) {
            return;
        }
        if (thrown instanceof ManagerGoneException) {
            assertThat(thrown.getMessage()).doesNotContain("answerTimeout");
        } else if (thrown instanceof IllegalArgumentException) {
            // the codec of an own type's value, or what makes a queue, has failed
            assertThat(thrown.getMessage()).containsAnyOf("not of their types", "made by a test");
        } else if (!(thrown instanceof ManagerException
                || thrown instanceof CodecException
                || thrown instanceof QueueStorageException)) {
            assertThat(thrown).isInstanceOf(IllegalStateException.class).hasMessageContaining("made by a test");
        }
    }

    private void requireOthersThere() throws Exception {
        byOthers(() -> others.ping());
        Connection late = connect();
        manager(late).ping();
        late.close();
    }

    /** The error may have cut them off, and the server may be about to find that out. */
    private <T> T byOthers(Callable<T> work) throws Exception {
        try {
            return work.call();
        } catch (ManagerGoneException e) {
            scene.reopen();
            return work.call();
        }
    }

    /** The caller. */
    private void leave() throws Exception {
        callers.close();
        byOthers(() -> others.ping());
        awaitThat("clients", () -> server.clients() <= 1);
    }

    /** Thousands of times, so without the threads and the pauses of Awaitility. */
    private void awaitThat(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline)
                    .as("%s: clients=%d, %s", what, server.clients(), server.budgets())
                    .isNegative();
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void requireAllGivenBack() throws Exception {
        assertThat(byOthers(() -> others.locks()))
                .allMatch(lock -> lock.waiting() == 0 && lock.conditions().isEmpty());
        scene.close();
        awaitThat("budgets", () -> server.budgets().stream().allMatch(budget -> budget.used() == 0));
        assertThat(names()).isEmpty();
        alone.awaitAgain(PATIENCE);
    }

    /** Without any new hold. */
    private List<Manager.Held> names() throws Exception {
        try {
            return others.names();
        } catch (ManagerGoneException e) {
            return reconnect().names();
        }
    }

    @Override
    public void close() {
        connections.forEach(Connection::close);
        server.close();
        thread.shutdownNow();
        if (states != null) { // the process has all by then that it opens once
            before.awaitAgain(PATIENCE);
        }
    }
}
