// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import io.ipcq.connection.Wait;
import io.ipcq.manager.Manager;
import io.ipcq.manager.SharedCounter;
import io.ipcq.process.ChildProcess;
import io.ipcq.queue.SharedQueue;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * Question: how do stages of a pipeline run at the pace of the slowest, and end without anybody counting?
 *
 * <p>A source, three workers and a sink, with a short queue before each: {@code put} waits when the stage behind is
 * slow. At the end the source shuts its queue down; the workers' loops then end by themselves, and the last worker
 * shuts down the next queue.
 *
 * <p>Command: {@code ./ipcq demo pipeline}
 *
 * <p>Expected output:
 *
 * <pre>
 * source: 100 numbers
 * sink: 100 squares, sum 338350
 * </pre>
 */
public final class Sample11Pipeline {

    private static final int NUMBERS = 100;
    private static final int WORKERS = 3;
    private static final int SHORT = 4;
    private static final Duration FOR_EVER = ChronoUnit.FOREVER.getDuration();

    private Sample11Pipeline() {}

    public static void main(String[] args) throws Exception {
        try (Manager manager = Manager.start();
                SharedQueue<Long> numbers = manager.queue("numbers", Long.class, SHORT);
                SharedQueue<Long> squares = manager.queue("squares", Long.class, SHORT);
                SharedCounter working = manager.counter("working")) {
            working.set(WORKERS);
            List<ChildProcess> stages = new ArrayList<>();
            stages.add(new ChildProcess(Sample11Pipeline::sink, squares));
            for (int i = 0; i < WORKERS; i++) {
                stages.add(new ChildProcess(Sample11Pipeline::work, numbers, squares, working));
            }
            stages.add(new ChildProcess(Sample11Pipeline::source, numbers));
            for (ChildProcess stage : stages) {
                stage.start();
            }
            // whichever ends first: the others would wait for ever for one that failed
            while (!stages.isEmpty()) {
                for (ChildProcess ended : Wait.any(FOR_EVER, stages)) {
                    ended.joinOrThrow();
                    stages.remove(ended);
                }
            }
        }
    }

    static void source(SharedQueue<Long> numbers) throws InterruptedException {
        for (long i = 1; i <= NUMBERS; i++) {
            numbers.put(i);
        }
        System.out.println("source: " + NUMBERS + " numbers");
        numbers.shutdown();
    }

    static void work(SharedQueue<Long> numbers, SharedQueue<Long> squares, SharedCounter working)
            throws InterruptedException {
        for (long number : numbers.consume()) {
            squares.put(number * number);
        }
        if (working.decrement() == 0) {
            squares.shutdown();
        }
    }

    static void sink(SharedQueue<Long> squares) {
        int count = 0;
        long sum = 0;
        for (long square : squares.consume()) {
            count++;
            sum += square;
        }
        System.out.println("sink: " + count + " squares, sum " + sum);
    }
}
