// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.ipcq.connection.Connection;
import io.ipcq.connection.Pipe;
import io.ipcq.manager.Manager;
import io.ipcq.queue.SharedQueue;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;

/** What children do, of children that are threads of this JVM. */
@ExtendWith(Threads.class)
class ChildThreadIT extends ChildProcessIT {

    private static final Duration WATCHDOG = Duration.ofSeconds(60);

    private static final String OUTPUT = "its output is this JVM's";
    private static final String NO_JVM = "there is no JVM that could be told so";
    private static final Map<String, String> SENSELESS = Map.ofEntries(
            Map.entry("shouldReachTaskWithoutLambdaOrStream", NO_JVM),
            Map.entry("shouldTellExitCodeOfSystemExit", "it would end this JVM"),
            Map.entry("shouldPrintUncaughtExceptionAndExitWithOne", OUTPUT),
            Map.entry("shouldPassOnNoiseLineByLine", OUTPUT),
            Map.entry("shouldPassOutputToLogger", OUTPUT),
            Map.entry("shouldEndAtOnceAfterUncaughtExceptionThoughThreadsAreLeft", "the thread would be left for good"),
            Map.entry("shouldWaitForThreadsThatRunLeaves", "nobody knows which threads are whose"),
            Map.entry("shouldEndGrandchildrenWithTheirParent", "they have no process: see below"),
            Map.entry("shouldLeaveNothingInWorkingDirectory", NO_JVM),
            Map.entry("shouldSayWhatToDoWhereThereIsNoTemporaryDirectory", "it is about another JVM"),
            Map.entry("shouldGiveEnvironmentDirectoryOptionsAndEmptyInput", NO_JVM),
            Map.entry("shouldInterruptChildWhoseHooksRun", "its hooks are this JVM's"),
            Map.entry("shouldRunWithAnotherJava", NO_JVM),
            Map.entry("shouldRefuseJavaThatCannotRunChildren", NO_JVM),
            Map.entry("shouldReportJvmThatCannotStart", NO_JVM),
            Map.entry("shouldTellWhatJvmSaidOnEitherStreamBeforeItTookItsTask", NO_JVM),
            Map.entry("shouldPassLongClassPathInFile", NO_JVM),
            Map.entry("shouldTellThatChildEndedBeforeItBegan", NO_JVM),
            Map.entry("shouldHaveLastLinesWhenItsEndIsTold", OUTPUT),
            Map.entry("shouldNotFailParentThatWaitsForFileLockOfChild", "locks are a process's"));

    private static final AtomicBoolean RELEASED = new AtomicBoolean();
    private static volatile Thread seen;

    @BeforeEach
    void leaveOut(TestInfo test) {
        Threads.leaveOut(test, SENSELESS);
    }

    @AfterAll
    static void leftOutWhatExists() {
        Threads.verify(ChildProcessIT.class, SENSELESS);
    }

    @Test
    void shouldShareThisJvmAndSayWhoItIs() throws Exception {
        AtomicBoolean captured = new AtomicBoolean();
        try (ChildProcess child = ChildProcess.builder(() -> {
                    seen = Thread.currentThread();
                    captured.set(true);
                    RELEASED.set(ChildProcess.current().thread());
                })
                .name("shared")
                .start()) {
            child.join();
            assertThat(child.exitCode()).hasValue(0);
            assertThat(child.pid()).isEqualTo(ProcessHandle.current().pid());
        }
        assertThat(seen.getName()).isEqualTo("shared");
        assertThat(RELEASED).isTrue();
        assertThat(captured).as("it works on a copy").isFalse();
        assertThat(ChildProcess.current().name()).isEqualTo("MainProcess");
        assertThat(ChildProcess.current().thread()).isFalse();
        assertThat(ChildProcess.parent()).isEmpty();
    }

    @Test
    void shouldTellUncaughtException() throws Exception {
        try (ChildProcess child = new ChildProcess(Work::fail, "as expected here")) {
            child.start();
            child.join();
            assertThat(child.exitCode()).hasValue(1);
        }
    }

    @Test
    void shouldTellInterrupt() throws Exception {
        try (ChildProcess child = new ChildProcess(Work::sleep)) {
            child.start();
            child.interrupt();
            assertThat(child.join(WATCHDOG)).isTrue();
            assertThat(child.exitCode()).hasValue(-2);
        }
    }

    @Test
    void shouldRefuseWhatCannotTravel() {
        Object opaque = new Object();
        try (ChildProcess child = new ChildProcess(() -> System.out.println(opaque))) {
            assertThatThrownBy(child::start).isInstanceOf(CannotTravelException.class);
        }
    }

    @Test
    void shouldCountAsEndedWhenItIsKilledAndHeedsNoInterrupt() throws Exception {
        RELEASED.set(false);
        ChildProcess child = new ChildProcess(ChildThreadIT::heedNothing);
        child.start();
        await().atMost(WATCHDOG).until(() -> seen != null && seen.getName().equals(child.name()));
        child.terminate();
        assertThat(child.join(Duration.ofMillis(50))).isFalse();

        child.kill();

        assertThat(child.join(WATCHDOG)).isTrue();
        assertThat(child.exitCode()).hasValue(-9);
        assertThat(seen.isAlive()).isTrue();
        RELEASED.set(true);
        seen.join();
    }

    static void heedNothing() {
        seen = Thread.currentThread();
        while (!RELEASED.get()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void shouldEndItsOwnChildrenWhenItEnds() throws Exception {
        try (SharedQueue<String> queue = SharedQueue.create(String.class);
                ChildProcess child = new ChildProcess(ChildThreadIT::haveChild, queue)) {
            child.start();
            String grandchild = queue.get();
            ChildProcess running = ChildProcess.activeChildren().stream()
                    .filter(active -> active.name().equals(grandchild))
                    .findFirst()
                    .orElseThrow();
            assertThat(grandchild).isEqualTo(child.name() + ":1");

            child.terminate();

            assertThat(running.join(WATCHDOG)).isTrue();
            assertThat(running.exitCode()).hasValue(-9);
        }
    }

    static void haveChild(SharedQueue<String> queue) throws Exception {
        ChildProcess child = new ChildProcess(Work::sleep);
        child.start();
        queue.put(child.name());
        child.join();
    }

    @Test
    void shouldWorkWithQueuesPipesAndManagers() throws Exception {
        try (SharedQueue<String> queue = SharedQueue.create(String.class);
                Manager manager = Manager.start()) {
            Pipe pipe = Pipe.create();
            var managed = manager.queue(String.class);
            try (ChildProcess child = new ChildProcess(ChildThreadIT::answerAll, queue, pipe.second(), managed);
                    Connection here = pipe.first()) {
                child.start();
                assertThat(queue.get()).isEqualTo("queue");
                here.sendBytes(new byte[] {7});
                assertThat(here.recvBytes()).containsExactly(7);
                assertThat(managed.get()).isEqualTo("manager");
                child.join();
                assertThat(child.exitCode()).hasValue(0);
            }
        }
    }

    static void answerAll(SharedQueue<String> queue, Connection pipe, SharedQueue<String> managed) throws Exception {
        queue.put("queue");
        pipe.sendBytes(pipe.recvBytes());
        managed.put("manager");
        pipe.close();
        queue.close();
    }

    @Test
    void shouldRefuseUnknownKind() {
        System.setProperty("ipcq.children", "fibres");
        try (ChildProcess child = new ChildProcess(Work::nothing)) {
            assertThatThrownBy(child::start)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("ipcq.children must be threads or jvms: ipcq.children=fibres");
        }
    }

    @Test
    void shouldBeChosenForOneChild() throws Exception {
        System.clearProperty("ipcq.children");
        try (ChildProcess child = ChildProcess.builder(Work::nothing)
                .startMethod(StartMethod.THREAD)
                .start()) {
            assertThat(child.pid()).isEqualTo(ProcessHandle.current().pid());
            child.join();
        }
    }
}
