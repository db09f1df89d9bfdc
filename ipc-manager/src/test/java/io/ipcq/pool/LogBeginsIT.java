// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.Log;
import io.ipcq.TestJvm;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/** SLF4J begins in one thread, which takes its time, while another one says something. */
class LogBeginsIT {

    /** What the other thread does. */
    private static final Map<String, Runnable> USES =
            Map.of("log", () -> Log.of(LogBeginsIT.class).warn("something"), "context", LogContext::capture);

    private static final CountDownLatch BEGINS = new CountDownLatch(1);
    private static volatile Thread other;

    /** Begins only when the other thread waits, or is done. */
    public static final class SlowProvider implements SLF4JServiceProvider {

        private final PrintingLogProvider provider = new PrintingLogProvider();

        public SlowProvider() {
            BEGINS.countDown();
            while (other.isAlive() && !isWaiting()) {
                Thread.onSpinWait();
            }
        }

        @Override
        public void initialize() {}

        private static boolean isWaiting() {
            return Stream.of(other.getStackTrace())
                    .anyMatch(frame -> frame.getMethodName().equals("awaitSlf4j"));
        }

        @Override
        public ILoggerFactory getLoggerFactory() {
            return provider.getLoggerFactory();
        }

        @Override
        public IMarkerFactory getMarkerFactory() {
            return provider.getMarkerFactory();
        }

        @Override
        public MDCAdapter getMDCAdapter() {
            return provider.getMDCAdapter();
        }

        @Override
        public String getRequestedApiVersion() {
            return provider.getRequestedApiVersion();
        }
    }

    static final class Program {

        public static void main(String[] args) throws Exception {
            other = new Thread(() -> {
                try {
                    BEGINS.await();
                } catch (InterruptedException e) {
                    return;
                }
                USES.get(args[0]).run();
            });
            other.start();
            LoggerFactory.getLogger("program").info("begun");
            other.join();
            System.out.println("done");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"log", "context"})
    void shouldNotPrintThatSomethingIsKeptForLater(String use) {
        List<String> options = List.of("-Dslf4j.provider=" + SlowProvider.class.getName());
        try (TestJvm jvm = TestJvm.start(options, Program.class, use)) {
            jvm.awaitLine("done");
            jvm.awaitSuccess();
            assertThat(jvm.output().lines().filter(line -> line.startsWith("SLF4J")))
                    .allMatch(line -> line.contains("Attempting to load provider"));
            assertThat(jvm.output()).contains("program begun");
            if (use.equals("log")) {
                assertThat(jvm.output()).contains("LogBeginsIT something");
            }
        }
    }

    /** Says something itself while it begins. */
    public static final class TalkingProvider extends PrintingLogProvider {

        public TalkingProvider() {
            USES.values().forEach(Runnable::run);
        }
    }

    /** Cannot begin. */
    public static final class FailingProvider extends PrintingLogProvider {

        @Override
        public void initialize() {
            throw new IllegalStateException("cannot begin");
        }
    }

    static final class Logging {

        public static void main(String[] args) throws Exception {
            USES.values().forEach(Runnable::run);
            try (ProcessPool pool = ProcessPool.create(1)) {
                System.out.println("answer " + pool.apply(Chores::square, 6));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {TalkingProvider.class, FailingProvider.class})
    void shouldGoOnWhateverProviderDoes(Class<?> provider) {
        List<String> options = List.of("-Dslf4j.provider=" + provider.getName());
        try (TestJvm jvm = TestJvm.start(options, Logging.class)) {
            jvm.awaitLine("answer 36");
            jvm.awaitSuccess();
        }
    }
}
