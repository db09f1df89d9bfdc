// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.ipcq.KillCommand;
import io.ipcq.codec.Codec;
import io.ipcq.pool.ProcessPool;
import io.ipcq.process.CannotTravelException;
import io.ipcq.process.ChildProcess;
import io.ipcq.process.Output;
import io.ipcq.process.Program;
import io.ipcq.process.StartMethod;
import io.ipcq.queue.SharedQueue;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The ends of a pipe in several processes, some of which are killed. */
@Tag("once")
class PipeIT {

    private static final Duration WATCHDOG = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private Pipe pipe;

    @BeforeEach
    void create() throws IOException {
        pipe = Pipe.create();
    }

    /** Whatever happened, nothing is left of a pipe that is closed. */
    @AfterEach
    void close() {
        pipe.close();
        Path own = ((UnixDomainSocketAddress) pipe.first().remoteAddress())
                .getPath()
                .getParent();
        await().atMost(WATCHDOG).until(() -> Files.notExists(own));
    }

    @ParameterizedTest
    @EnumSource
    void shouldConnectParentAndChild(StartMethod method) throws Exception {
        try (ChildProcess child = ChildProcess.builder(PipePrograms::echo, pipe.second())
                .startMethod(method)
                .build()) {
            pipe.first().send(Codec.utf8(), "before it was started");
            child.start();
            assertThat(pipe.first().recv(Codec.utf8())).isEqualTo("before it was started");
            byte[] large = new byte[20 << 20];
            large[large.length - 1] = 7;
            pipe.first().sendBytes(large);
            assertThat(pipe.first().recvBytes()).isEqualTo(large);
            pipe.first().close();
            child.join();
            assertThat(child.exitCode()).hasValue(0);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldConnectTwoChildren(boolean consumerFirst) throws Exception {
        try (SharedQueue<Integer> report = SharedQueue.create(Integer.class);
                ChildProcess producer = new ChildProcess(PipePrograms::produce, pipe.first());
                ChildProcess consumer = new ChildProcess(PipePrograms::consume, pipe.second(), report)) {
            (consumerFirst ? consumer : producer).start();
            (consumerFirst ? producer : consumer).start();
            assertThat(report.get(WATCHDOG)).isEqualTo(PipePrograms.MESSAGES);
            producer.join();
            consumer.join();
            assertThat(producer.exitCode()).hasValue(0);
        }
    }

    @Test
    void shouldConnectWorkerOfPool() throws Exception {
        try (ProcessPool pool = ProcessPool.builder().workers(1).create()) {
            CompletableFuture<String> task = pool.applyAsync(PipePrograms::ask, pipe.second());
            assertThat(pipe.first().recv(Codec.utf8())).isEqualTo("what is your name?");
            pipe.first().send(Codec.utf8(), "ipcq");
            assertThat(task.get()).isEqualTo("ipcq");
        }
    }

    @Test
    void shouldEndWhenTheOtherProcessIsKilled() throws Exception {
        try (ChildProcess child = new ChildProcess(PipePrograms::echo, pipe.second())) {
            child.start();
            pipe.first().sendBytes(new byte[1]);
            assertThat(pipe.first().recvBytes()).hasSize(1);
            FutureTask<byte[]> received = ConnectionTest.inThread(pipe.first()::recvBytes);
            child.kill();
            assertThatThrownBy(received::get).hasCauseInstanceOf(EOFException.class);
            assertThatThrownBy(() -> {
                        while (true) {
                            pipe.first().sendBytes(new byte[1]);
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void shouldEndWhenTheOtherProcessIsKilledBeforeItUsedItsEnd() throws Exception {
        try (SharedQueue<String> begun = SharedQueue.create(String.class);
                ChildProcess child = new ChildProcess(PipePrograms::hold, pipe.second(), begun)) {
            FutureTask<byte[]> received = ConnectionTest.inThread(pipe.first()::recvBytes);
            await().atMost(WATCHDOG).until(() -> pipe.first().toString().contains("waiting")); // it is the first
            child.start();
            assertThat(begun.get(WATCHDOG)).contains("PipeEnd[1 of").contains("met");
            child.kill();
            assertThatThrownBy(received::get).hasCauseInstanceOf(EOFException.class);
        }
    }

    @Test
    void shouldEndWhenTheOtherProcessEndsWithoutUsingItsEnd() throws Exception {
        try (ChildProcess child = new ChildProcess(PipePrograms::ignore, pipe.second())) {
            child.start();
            assertThatThrownBy(pipe.first()::recvBytes).isInstanceOf(EOFException.class);
        }
    }

    /** The second child is started when the first one is done with the pipe, too. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldTellWhoGetsAnEndThatAnotherProcessHas(boolean firstIsAlive) throws Exception {
        try (ChildProcess one = new ChildProcess(PipePrograms::echo, pipe.second());
                ChildProcess two = ChildProcess.builder(PipePrograms::echo, pipe.second())
                        .output(Output.PREFIXED)
                        .build()) {
            one.start();
            pipe.first().sendBytes(new byte[1]);
            assertThat(pipe.first().recvBytes()).hasSize(1);
            if (!firstIsAlive) {
                pipe.first().close();
                one.join();
            }
            two.start();
            two.join();
            assertThat(two.exitCode()).hasValue(1);
            assertThat(String.join("\n", two.lastErrorLines()))
                    .contains("this end of the pipe cannot be used here")
                    .contains("it belongs to another process already");
        }
    }

    @Test
    void shouldNotTravelOnceUsed() throws Exception {
        pipe.second().poll();
        try (ChildProcess child = new ChildProcess(PipePrograms::echo, pipe.second())) {
            assertThatThrownBy(child::start)
                    .isInstanceOf(CannotTravelException.class)
                    .hasMessageContaining("pass it before its first use");
        }
    }

    @Test
    void shouldEndWaitWhenPipeIsClosedBecauseChildDidNotStart() throws Exception {
        try (ChildProcess child = ChildProcess.builder(PipePrograms::echo, pipe.second())
                .jvmOptions("-XX:+NoSuchOption")
                .output(Output.DISCARD)
                .build()) {
            child.start();
            FutureTask<byte[]> received = ConnectionTest.inThread(pipe.first()::recvBytes);
            child.join();
            assertThat(child.exitCode()).hasValue(1);
            assertThat(received.isDone()).isFalse();
            pipe.close();
            assertThatThrownBy(received::get).hasCauseInstanceOf(IOException.class);
        }
    }

    @Test
    void shouldEndAndLeaveNothingWhenTheProcessThatMadeItIsKilled() throws Exception {
        Path answer = directory.resolve("answer");
        try (Program parent = Program.start(directory, PipePrograms.Parent.class, answer.toString())) {
            await().atMost(WATCHDOG).until(() -> Files.exists(directory.resolve("answer.begun")));
            assertThat(answer).doesNotExist();
            parent.kill();
            await().atMost(WATCHDOG).until(() -> Files.exists(answer));
            await().atMost(WATCHDOG).until(() -> parent.descendants().isEmpty());
            assertThat(pipes(parent)).hasSize(1).allMatch(Files::notExists);
        }
    }

    @Test
    void shouldLeaveNothingWhenTheProcessThatMadeItForgetsIt() throws Exception {
        try (Program forgetful = Program.start(directory, PipePrograms.Forgetful.class)) {
            assertThat(forgetful.exitCode()).as(forgetful.output()).isZero();
            assertThat(pipes(forgetful)).hasSize(2).allMatch(Files::notExists);
        }
    }

    /** The directories of the pipes that a program has printed. */
    private static Set<Path> pipes(Program program) {
        return Pattern.compile("of (\\S+/ipcq-sockets-[^/]+/\\w+)")
                .matcher(program.output())
                .results()
                .map(found -> Path.of(found.group(1)))
                .collect(Collectors.toSet());
    }

    /** A stopped process is not a dead one: its peer waits. */
    @Test
    void shouldWaitForStoppedProcess() throws Exception {
        try (ChildProcess child = new ChildProcess(PipePrograms::echo, pipe.second())) {
            child.start();
            pipe.first().sendBytes(new byte[1]);
            assertThat(pipe.first().recvBytes()).hasSize(1);
            KillCommand.require("-STOP", child.pid());
            byte[] large = new byte[4 << 20];
            FutureTask<byte[]> sent = ConnectionTest.inThread(() -> {
                pipe.first().sendBytes(large);
                return large;
            });
            assertThat(pipe.first().poll(Duration.ofMillis(300))).isFalse();
            assertThat(sent.isDone()).isFalse();
            KillCommand.require("-CONT", child.pid());
            assertThat(pipe.first().recvBytes()).isEqualTo(large);
            sent.get();
        }
    }
}
