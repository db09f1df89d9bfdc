// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import io.ipcq.codec.Codec;
import io.ipcq.connection.Connection;
import io.ipcq.connection.Pipe;
import io.ipcq.process.ChildProcess;
import java.io.EOFException;

/**
 * Question: how do two processes, and nobody else, talk to each other both ways?
 *
 * <p>A pipe has two ends. One stays here, the other one goes to the child as an argument. The child knows that it is
 * done when the end here is closed; a child that is killed would be known here in the same way.
 *
 * <p>Command: {@code ./ipcq demo pipe}
 *
 * <p>Expected output:
 *
 * <pre>
 * the square of 3 is 9
 * the square of 5 is 25
 * the child has answered 2 questions
 * </pre>
 */
public final class Sample12Pipe {

    private static final Codec<Integer> NUMBER = Codec.json(Integer.class);

    private Sample12Pipe() {}

    public static void main(String[] args) throws Exception {
        try (Pipe pipe = Pipe.create();
                ChildProcess child = new ChildProcess(Sample12Pipe::square, pipe.second())) {
            child.startAndAwait();
            for (int number : new int[] {3, 5}) {
                pipe.first().send(NUMBER, number);
                System.out.println(
                        "the square of " + number + " is " + pipe.first().recv(NUMBER));
            }
            pipe.first().close();
            child.joinOrThrow();
        }
    }

    static void square(Connection end) throws Exception {
        int answered = 0;
        try {
            while (true) {
                int number = end.recv(NUMBER);
                end.send(NUMBER, number * number);
                answered++;
            }
        } catch (EOFException closed) {
            System.out.println("the child has answered " + answered + " questions");
        }
    }
}
