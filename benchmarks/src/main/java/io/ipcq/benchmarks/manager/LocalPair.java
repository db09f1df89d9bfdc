// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.manager;

import io.ipcq.benchmarks.Messages;
import io.ipcq.manager.Manager;
import io.ipcq.process.ChildProcess;
import io.ipcq.queue.SharedQueue;
import java.time.Duration;

/** One process puts, another gets: through proxies of a manager on this machine, or through the ring they stand for. */
final class LocalPair {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private LocalPair() {}

    static double managed() throws Exception {
        try (Manager manager = Manager.start();
                SharedQueue<byte[]> queue = manager.queue(byte[].class)) {
            return run(queue);
        }
    }

    static double ring() throws Exception {
        try (SharedQueue<byte[]> queue = SharedQueue.create(byte[].class)) {
            return run(queue);
        }
    }

    private static double run(SharedQueue<byte[]> queue) throws Exception {
        try (SharedQueue<Double> report = SharedQueue.create(Double.class);
                ChildProcess reader = new ChildProcess(LocalPair::get, queue, report);
                ChildProcess writer = new ChildProcess(LocalPair::put, queue)) {
            reader.start();
            writer.start();
            Double rate = report.get(PATIENCE);
            if (rate == null) {
                throw new IllegalStateException("nothing was reported in " + PATIENCE + ": " + writer + ", " + reader);
            }
            return rate;
        }
    }

    private static void put(SharedQueue<byte[]> queue) throws InterruptedException {
        byte[] message = new byte[Messages.BYTES];
        for (int i = 0; i < Messages.ALL; i++) {
            Messages.stamp(message, i);
            queue.put(message);
        }
    }

    private static void get(SharedQueue<byte[]> queue, SharedQueue<Double> report) throws InterruptedException {
        long departed = 0;
        for (int i = 0; i < Messages.ALL; i++) {
            byte[] message = queue.get();
            if (i == Messages.WARM_UP) {
                departed = Messages.stampOf(message);
            }
        }
        report.put(Messages.rate(departed, System.nanoTime()));
    }
}
