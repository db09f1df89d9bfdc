// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.CuttingRelay;
import io.ipcq.manager.Manager;
import io.ipcq.manager.ManagerGoneException;
import io.ipcq.manager.server.ManagerServer;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Has the rows of a contract reach their server over connections that are all cut after so many bytes, which are drawn
 * at random. A row holds, or it ends as it was told of the cut; and the server has back what the row held.
 */
final class CutRows implements InvocationInterceptor {

    private static final long SEED = Long.getLong("ipcq.seed", System.nanoTime());
    private static final Random RANDOM = new Random(SEED);

    /** Short rows are cut as often as long ones. */
    private static final int MOST_BITS = 18;

    private CuttingRelay relay;

    /** Before the row began. */
    private boolean ended;

    /** The way to a server of the row. */
    SocketAddress wayTo(SocketAddress server, byte[] key) throws IOException {
        long bytes = RANDOM.nextLong() >>> (Long.SIZE - 1 - RANDOM.nextInt(MOST_BITS));
        relay = new CuttingRelay(server, key, bytes, RANDOM.nextBoolean());
        return relay.address();
    }

    /** The row's clients are gone now, at the latest; others find nothing of them. */
    void requireNothingHeld(ManagerServer server, AuthKey key) throws Exception {
        relay.close();
        await().until(() -> server.clients() == 0);
        try (Manager other = Manager.connect(server.address(), key)) {
            assertThat(other.names()).isEmpty();
            try (SharedQueue<String> queue = other.queue("after-the-row", String.class)) {
                queue.put("a");
                assertThat(queue.get()).isEqualTo("a");
            }
        }
    }

    private <T> T run(Invocation<T> invocation, String row) throws Throwable {
        if (ended) {
            invocation.skip();
            return null;
        }
        try {
            return invocation.proceed();
        } catch (Throwable e) {
            if (!relay.isCut() || !(tellsOfCut(e) || endsAwaitReady(e, row))) {
                e.addSuppressed(new AssertionError("cut=" + relay.isCut() + ", seed=" + SEED));
                throw e;
            }
            ended = true;
            System.out.println(row + " was cut off");
            return null;
        }
    }

    /** Who awaits an element is told of the cut by the next call. Before that, it sees the end of the wait. */
    private static boolean endsAwaitReady(Throwable failure, String row) {
        return row.contains("Await") && String.valueOf(failure.getMessage()).contains("does not wait, but ended");
    }

    private static boolean tellsOfCut(Throwable failure) {
        return failure != null
                && (failure instanceof ManagerGoneException
                        || failure instanceof IOException
                        || String.valueOf(failure.getMessage()).contains(ManagerGoneException.class.getSimpleName())
                        || tellsOfCut(failure.getCause())
                        || Arrays.stream(failure.getSuppressed()).anyMatch(CutRows::tellsOfCut));
    }

    @Override
    public void interceptBeforeEachMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        run(invocation, context.getDisplayName());
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        run(invocation, context.getDisplayName());
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        run(invocation, method.getExecutable().getName() + " " + context.getDisplayName());
    }

    @Override
    @SuppressWarnings("unchecked") // what a factory of no tests returns
    public <T> T interceptTestFactoryMethod(
            Invocation<T> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        T tests = run(invocation, context.getDisplayName());
        return tests == null ? (T) Stream.<DynamicTest>empty() : tests;
    }

    @Override
    public void interceptDynamicTest(
            Invocation<Void> invocation, DynamicTestInvocationContext test, ExtensionContext context) throws Throwable {
        run(invocation, context.getDisplayName());
    }
}
