// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.TestJvm;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.NOPLogger;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/** No queue fails because a logging system does. */
class LogFailureTest {

    @TempDir
    Path parent;

    /** A logging system that has no logger for ipcq. */
    public static final class FailingProvider implements SLF4JServiceProvider {

        private final IMarkerFactory markers = new BasicMarkerFactory();

        @Override
        public ILoggerFactory getLoggerFactory() {
            return name -> {
                if (!name.startsWith("io.ipcq")) {
                    return NOPLogger.NOP_LOGGER; // without one, Chronicle cannot be
                }
                System.out.println("asked for a logger");
                throw new OutOfMemoryError("made by a test");
            };
        }

        @Override
        public IMarkerFactory getMarkerFactory() {
            return markers;
        }

        @Override
        public MDCAdapter getMDCAdapter() {
            return new NOPMDCAdapter();
        }

        @Override
        public String getRequestedApiVersion() {
            return "2.0.99";
        }

        @Override
        public void initialize() {}
    }

    /** Uses queues so that they have something to say. */
    static final class Program {

        public static void main(String[] args) throws Exception {
            try (SharedQueue<String> ring =
                    SharedQueue.builder(String.class).maxSize(2).create(Path.of(args[0], "ring"))) {
                ring.putAll(List.of("a", "b"));
                SharedQueue<String> other = SharedQueue.open(Path.of(args[0], "ring"), String.class);
                refuse(other);
                ring.put("c");
                ring.put("d");
                other.close(); // there is no room for what it kept
            }
            try (DurableQueue<String> journal =
                    DurableQueue.builder(String.class).maxLeases(1).create(Path.of(args[0], "journal"))) {
                journal.putAll(List.of("a", "b"));
                journal.receive();
                journal.receive(java.time.Duration.ZERO); // none is free
            }
            System.out.println("done");
        }

        private static void refuse(SharedQueue<String> queue) {
            try {
                queue.drainTo(new ArrayBlockingQueue<>(1));
            } catch (IllegalStateException full) {
                // as is meant
            }
        }
    }

    @Test
    void shouldGoOnWithoutLogs() {
        List<String> options = List.of("-Dslf4j.provider=" + FailingProvider.class.getName());
        try (TestJvm jvm = TestJvm.start(options, Program.class, parent.toString())) {
            jvm.awaitLine("asked for a logger");
            jvm.awaitLine("asked for a logger");
            jvm.awaitLine("done");
            jvm.awaitSuccess();
            assertThat(jvm.output()).doesNotContain("Exception");
        }
    }
}
