// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import io.ipcq.process.ChildProcess;
import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import java.time.Duration;

/**
 * Question: what becomes of a task when the process that works on it is killed?
 *
 * <p>{@code receive} lends an element to its consumer until {@code ack}. The kernel tells the queue that the consumer
 * is dead, and the next consumer gets the element at once; no timeout has to pass.
 *
 * <p>Command: {@code ./ipcq demo redelivery}
 *
 * <p>Expected output:
 *
 * <pre>
 * Process-1 works on parcel, attempt 1
 * Process-1 has ended: exit code -9
 * Process-2 works on parcel, attempt 2
 * Process-2 has delivered it
 * Nothing was lost.
 * </pre>
 */
public final class Sample05Redelivery {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Sample05Redelivery() {}

    public static void main(String[] args) throws Exception {
        try (DurableQueue<String> tasks = DurableQueue.create(String.class);
                DurableQueue<String> begun = DurableQueue.create(String.class);
                ChildProcess unlucky = new ChildProcess(Sample05Redelivery::workForEver, tasks, begun);
                ChildProcess lucky = new ChildProcess(Sample05Redelivery::work, tasks)) {
            tasks.put("parcel");
            unlucky.startAndAwait();
            if (begun.get(PATIENCE) == null) {
                throw new IllegalStateException("the first consumer did not begin: " + unlucky);
            }
            unlucky.kill();
            unlucky.join();
            System.out.println(unlucky.name() + " has ended: exit code "
                    + unlucky.exitCode().orElseThrow());
            lucky.startAndAwait();
            if (!tasks.join(PATIENCE)) {
                throw new IllegalStateException(
                        "the task was not done: queue=" + tasks.stats() + ", consumer=" + lucky);
            }
            lucky.joinOrThrow();
            System.out.println("Nothing was lost.");
        }
    }

    static void workForEver(DurableQueue<String> tasks, DurableQueue<String> begun) throws InterruptedException {
        Delivery<String> task = tasks.receive();
        tell(task);
        begun.put(task.value());
        Thread.sleep(Long.MAX_VALUE);
    }

    static void work(DurableQueue<String> tasks) throws InterruptedException {
        Delivery<String> task = tasks.receive();
        tell(task);
        System.out.println(ChildProcess.current().name() + " has delivered it");
        task.ack();
    }

    private static void tell(Delivery<String> task) {
        System.out.println(
                ChildProcess.current().name() + " works on " + task.value() + ", attempt " + task.attempts());
    }
}
