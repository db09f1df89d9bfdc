// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import io.ipcq.codec.Codec;
import io.ipcq.process.ChildProcess;
import io.ipcq.process.Output;
import io.ipcq.queue.SharedQueue;
import java.io.EOFException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** What the tests of pipes have other processes do with an end. */
final class PipePrograms {

    static final int MESSAGES = 20_000;

    private PipePrograms() {}

    /** Sends back what comes, until the end. */
    static void echo(Connection end) throws Exception {
        try {
            while (true) {
                end.sendBytes(end.recvBytes());
            }
        } catch (EOFException over) {
            // the other end was closed
        }
    }

    static void produce(Connection end) throws Exception {
        for (int i = 0; i < MESSAGES; i++) {
            end.send(Codec.json(Integer.class), i);
        }
    }

    /** Reports how many numbers came in order until the end. */
    static void consume(Connection end, SharedQueue<Integer> report) throws Exception {
        int count = 0;
        try {
            while (end.recv(Codec.json(Integer.class)) == count) {
                count++;
            }
        } catch (EOFException over) {
            report.put(count);
        }
    }

    /** A task of a pool. */
    static String ask(Connection end) throws Exception {
        end.send(Codec.utf8(), "what is your name?");
        return end.recv(Codec.utf8());
    }

    static void ignore(Connection end) {}

    /** Has an end, does nothing with it, and waits to be killed. */
    static void hold(Connection end, SharedQueue<String> begun) throws Exception {
        begun.put(end.toString());
        Thread.sleep(Long.MAX_VALUE);
    }

    /** Makes a pipe, gives one end to a child that outlives it, and never uses the other one. */
    static final class Parent {
        public static void main(String[] arguments) throws Exception {
            Pipe pipe = Pipe.create();
            System.out.println(pipe);
            ChildProcess.builder(PipePrograms::outlive, pipe.second(), arguments[0])
                    .daemon(false)
                    .output(Output.DISCARD)
                    .start();
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    /** Makes pipes, uses an end of one, and ends without having closed them. */
    static final class Forgetful {
        public static void main(String[] arguments) throws Exception {
            System.out.println(Pipe.create());
            Pipe used = Pipe.create();
            used.first().sendBytes(new byte[1]);
            while (!used.first().toString().contains("waiting")) { // for the other end
                used.first().poll(Duration.ofMillis(10));
            }
            System.out.println(used);
        }
    }

    static void outlive(Connection end, String answer) throws Exception {
        Path begun = Path.of(answer + ".begun");
        Files.createFile(begun);
        try {
            end.recvBytes();
        } catch (EOFException over) {
            Path written = Files.writeString(Path.of(answer + ".part"), "end of stream");
            Files.move(written, Path.of(answer));
        }
    }
}
