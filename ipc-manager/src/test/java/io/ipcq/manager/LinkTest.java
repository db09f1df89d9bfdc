// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.ipcq.connection.Connection;
import io.ipcq.connection.PeerCredentials;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of calls when something fails at the client itself. */
@Timeout(60)
class LinkTest {

    private static final Duration LONG = Duration.ofHours(1);

    /** A server that says nothing; what is received is an error, once somebody asks for that. */
    private static final class Broken implements Connection {
        private final Semaphore sent = new Semaphore(0);
        private final CountDownLatch fails = new CountDownLatch(1);
        private volatile Throwable failure = new OutOfMemoryError("made by a test");

        @Override
        public void sendBytes(byte[] bytes, int offset, int length) {
            sent.release();
        }

        @Override
        public byte[] recvBytes() throws IOException, InterruptedException {
            fails.await();
            if (failure instanceof Error error) {
                throw error;
            }
            throw (IOException) failure;
        }

        @Override
        public boolean poll(Duration timeout) throws InterruptedException {
            fails.await();
            return true;
        }

        @Override
        public SocketAddress remoteAddress() {
            return new InetSocketAddress(0);
        }

        @Override
        public Optional<PeerCredentials> peer() {
            return Optional.empty();
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            failure = new IOException("was closed");
            fails.countDown();
        }
    }

    /** One of those who wait reads for all: when that fails, nobody knows whose answer was lost, and all learn it. */
    @Test
    void shouldKeepNobodyWaitingForAnAnswerThatCouldNotBeRead() throws Exception {
        Broken connection = new Broken();
        Manager manager = Manager.connect(connection, LONG);
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<Future<Throwable>> calls = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                calls.add(threads.submit(() -> catchThrowable(manager::ping)));
            }
            connection.sent.acquire(calls.size());
            connection.fails.countDown();
            List<Class<?>> thrown = new ArrayList<>();
            for (Future<Throwable> call : calls) {
                thrown.add(call.get().getClass());
            }
            assertThat(thrown)
                    .containsExactlyInAnyOrder(
                            OutOfMemoryError.class, ManagerGoneException.class, ManagerGoneException.class);
        } finally {
            threads.shutdownNow();
        }
    }

    /** What follows the end of a server for one proxy does not depend on what follows for others. */
    @Test
    void shouldDoAllThatFollowsTheEndHoweverMuchOfItFails() {
        Link link = Link.over(new Broken(), LONG);
        List<Integer> done = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            int number = i;
            link.whenGone(() -> {
                done.add(number);
                throw new IllegalStateException("made by a test");
            });
        }
        link.close();
        assertThat(done).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
    }
}
