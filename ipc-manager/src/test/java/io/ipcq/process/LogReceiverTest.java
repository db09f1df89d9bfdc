// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.queue.QueueLink;
import io.ipcq.queue.SharedQueue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The child's end of the ring is in this process, too. */
class LogReceiverTest {

    private static final Logger LOGGER = Logger.getLogger(LogReceiverTest.class.getName());

    /** Blocks at one text, and fails at another one. */
    private static final class Appender extends Handler {

        final CountDownLatch blocked = new CountDownLatch(1);
        final CountDownLatch release = new CountDownLatch(1);
        final List<String> texts = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void publish(LogRecord record) {
            texts.add(record.getMessage());
            if (record.getMessage().endsWith("fail")) {
                throw new AssertionError("of an appender");
            }
            if (record.getMessage().endsWith("block")) {
                blocked.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    private final Appender appender = new Appender();

    @BeforeEach
    void append() {
        LOGGER.setUseParentHandlers(false);
        LOGGER.addHandler(appender);
    }

    @AfterEach
    void release() {
        appender.release.countDown();
        LOGGER.removeHandler(appender);
    }

    @SuppressWarnings("unchecked")
    private static LogReceiver received(String... texts) throws Exception {
        LogReceiver receiver = LogReceiver.of("child", System.Logger.Level.INFO);
        receiver.start();
        try (SharedQueue<byte[]> child = (SharedQueue<byte[]>) QueueLink.open(receiver.link())) {
            for (String text : texts) {
                int level = Level.INFO.intValue();
                child.put(new LogEntry(LogEntry.JUL, level, LOGGER.getName(), text, Map.of(), null).toBytes());
            }
        }
        receiver.end();
        return receiver;
    }

    @Test
    @Timeout(60)
    void shouldGoOnAfterErrorOfTheLogger() throws Exception {
        LogReceiver receiver = received("fail", "next");
        receiver.join();
        assertThat(appender.texts).containsExactly("[child] fail", "[child] next");
    }

    /** Nothing can hold up the end of a child for good. */
    @Test
    @Timeout(60)
    void shouldNotAwaitLoggerThatBlocks() throws Exception {
        LogReceiver receiver = received("first", "block", "last");
        appender.blocked.await();
        receiver.awaitEnd(10);
        assertThat(receiver.isAlive()).isTrue();

        appender.release.countDown();
        receiver.join();
        assertThat(appender.texts).containsExactly("[child] first", "[child] block", "[child] last");
    }
}
